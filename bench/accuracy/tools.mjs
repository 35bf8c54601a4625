// The native tools that compare versions of labels.tsv: each says why it cannot (`lacks`), and of rows whether they are affected.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const fixOf = ({ statement }) => statement.slice(2);
const found = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
const needs = (program) => (found(program) === '' ? `needs ${program}` : undefined);
const ask = (program, args, input) =>
  JSON.parse(execFileSync(program, args, { input: JSON.stringify(input), encoding: 'utf8' }));

/** One answer a line to one question a line; each different one is asked once. */
function askLines(program, args, all) {
  if (all.some((line) => !/^[\x21-\x7e]+ [\x21-\x7e]+$/.test(line))) throw new Error('a version that is no word');
  const lines = [...new Set(all)];
  const input = lines.map((line) => `${line}\n`).join('');
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const answers = execFileSync(program, args, { input, env, encoding: 'utf8' }).trimEnd().split('\n');
  if (answers.length !== lines.length) throw new Error(`${program} did not answer every question`);
  const known = new Map(lines.map((line, at) => [line, answers[at] === '<']));
  return all.map((line) => known.get(line));
}

const dpkgLoop = 'while read -r a b; do dpkg --compare-versions "$a" lt "$b" && echo "<" || echo no; done';
const apkLoop = 'while read -r a b; do apk version -t "$a" "$b"; done';

const gemScript =
  "require 'json'; puts JSON.parse(STDIN.read).map { |v, ok| ver = Gem::Version.new(v); ok.none? { |r| " +
  "Gem::Requirement.new(*r.split(',').map(&:strip)).satisfied_by?(ver) } }.to_json";

const semverFolder = '/usr/share/php/Composer/Semver';
const composerScript =
  `require '${semverFolder}/autoload.php'; $p = new Composer\\Semver\\VersionParser;` +
  'echo json_encode(array_map(function ($x) use ($p) {' +
  "$v = new Composer\\Semver\\Constraint\\Constraint('==', $p->normalize($x[0]));" +
  'return $p->parseConstraints($x[1])->matches($v); }, json_decode(stream_get_contents(STDIN))));';

const pythonScript =
  'import json, sys; from packaging.specifiers import SpecifierSet; print(json.dumps([any(SpecifierSet(part.strip())' +
  '.contains(version, prereleases=True) for part in said.split("||")) for version, said in json.load(sys.stdin)]))';

/** npm's own semver, which lies beside it. */
function npmSemver() {
  const npm = found('npm');
  const path = npm === '' ? '' : join(dirname(realpathSync(npm)), '../node_modules/semver');
  return existsSync(path) ? path : undefined;
}

const semverScript = (path) =>
  `const semver = require(${JSON.stringify(path)}); let text = ''; process.stdin.on('data', (d) => { text += d; }).on('end', () => ` +
  'console.log(JSON.stringify(JSON.parse(text).map(([v, r]) => semver.satisfies(v, r, { includePrerelease: true })))))';

const pairs = (rows) => rows.map(({ version, statement }) => [version, statement]);
const lines = (rows) => rows.map((row) => `${row.version} ${fixOf(row)}`);

/** @param apkRoot an unpacked Alpine image, whose `apk` is run by root */
export function nativeTools(apkRoot) {
  const semver = npmSemver();
  return {
    dpkg: { lacks: needs('dpkg'), decide: (rows) => askLines('sh', ['-c', dpkgLoop], lines(rows)) },
    apk: {
      lacks: apkRoot === undefined ? 'needs the apk of an unpacked Alpine image' : undefined,
      decide: (rows) => askLines('chroot', [apkRoot, '/bin/sh', '-c', apkLoop], lines(rows)),
    },
    rpm: {
      lacks: needs('rpm'),
      decide: (rows) => {
        const calls = rows.map((row) => `print(rpm.vercmp("${row.version}", "${fixOf(row)}"))`);
        const output = execFileSync('rpm', ['--eval', `%{lua: ${calls.join(' ')}}`], { encoding: 'utf8' });
        return (output.match(/-?1|0/g) ?? []).map((answer) => answer === '-1');
      },
    },
    npm: {
      lacks: semver === undefined ? 'needs npm' : undefined,
      decide: (rows) => ask(process.execPath, ['-e', semverScript(semver)], pairs(rows)),
    },
    packaging: {
      lacks: spawnSync('python3', ['-c', 'import packaging']).status === 0 ? undefined : 'needs python3-packaging',
      decide: (rows) => ask('python3', ['-c', pythonScript], pairs(rows)),
    },
    ruby: {
      lacks: needs('ruby'),
      decide: (rows) =>
        ask(
          'ruby',
          ['-e', gemScript],
          rows.map(({ version, statement }) => [version, statement.slice(4).split(' or ')]),
        ),
    },
    composer: {
      lacks: needs('php') ?? (existsSync(semverFolder) ? undefined : 'needs php-composer-semver'),
      decide: (rows) => ask('php', ['-r', composerScript], pairs(rows)),
    },
    // what has no version to compare is not affected: the text says so
    'the text': { lacks: undefined, decide: (rows) => rows.map(() => false) },
  };
}
