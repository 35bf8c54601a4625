import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dpkg } from './native-versions.ts';
import { root } from './pages.ts';

export interface Label {
  readonly distro: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly vulnerability: string;
  readonly affected: string;
  readonly tool: string;
  readonly statement: string;
  readonly cites: string;
}

interface Bench {
  readLabels(text: string): Label[];
  judge(rows: readonly Label[], dbDir: string, at: string, folder: string): { row: Label; said: boolean }[];
  score(judged: readonly { row: Label; said: boolean }[]): Record<'precision' | 'recall' | 'f1', number>;
}

/** The benchmark itself, which has no types. */
export const bench = (await import(new URL('../bench/accuracy.mjs', import.meta.url).href)) as Bench;
export const labels = bench.readLabels(readFileSync(join(root, 'bench/accuracy/labels.tsv'), 'utf8'));

type Decider = { readonly lacks: string | undefined; decide(rows: readonly Label[]): boolean[] };

const fixOf = ({ statement }: Label): string => statement.slice(2);
const json = (program: string, args: readonly string[], input: unknown): boolean[] =>
  JSON.parse(execFileSync(program, args, { input: JSON.stringify(input), encoding: 'utf8' }));
const there = (program: string): string | undefined =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0 ? undefined : `needs ${program}`;

const gemScript =
  "require 'json'; puts JSON.parse(STDIN.read).map { |v, ok| ver = Gem::Version.new(v); ok.none? { |r| " +
  "Gem::Requirement.new(*r.split(',').map(&:strip)).satisfied_by?(ver) } }.to_json";
const semverFolder = '/usr/share/php/Composer/Semver';
const composerScript =
  `require '${semverFolder}/autoload.php'; $p = new Composer\\Semver\\VersionParser;` +
  'echo json_encode(array_map(function ($x) use ($p) {' +
  "$v = new Composer\\Semver\\Constraint\\Constraint('==', $p->normalize($x[0]));" +
  'return $p->parseConstraints($x[1])->matches($v); }, json_decode(stream_get_contents(STDIN))));';

/** The native tools that can decide a row once more. */
export const deciders: Readonly<Record<string, Decider>> = {
  dpkg: {
    lacks: existsSync('/usr/bin/dpkg') ? undefined : 'needs dpkg',
    decide: (rows) => dpkg.less(rows.map((row) => [row.version, fixOf(row)] as const)),
  },
  rpm: {
    lacks: there('rpm'),
    decide: (rows) => {
      const calls = rows.map((row) => `print(rpm.vercmp("${row.version}", "${fixOf(row)}"))`);
      const output = execFileSync('rpm', ['--eval', `%{lua: ${calls.join(' ')}}`], { encoding: 'utf8' });
      return (output.match(/-?1|0/g) ?? []).map((answer) => answer === '-1');
    },
  },
  ruby: {
    lacks: there('ruby'),
    decide: (rows) =>
      json(
        'ruby',
        ['-e', gemScript],
        rows.map(({ version, statement }) => [version, statement.slice(4).split(' or ')]),
      ),
  },
  composer: {
    lacks: there('php') ?? (existsSync(semverFolder) ? undefined : 'needs php-composer-semver'),
    decide: (rows) =>
      json(
        'php',
        ['-r', composerScript],
        rows.map(({ version, statement }) => [version, statement]),
      ),
  },
};
