import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factNames, findingKinds, formats, inventoryFormats, packNames, severities } from '@plimsoll/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../packages/cli/src/command-table.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];
const script = (shell: Shell) => join(folder.path, `plimsoll.${shell}`);

beforeAll(async () => {
  for (const shell of shells) writeFileSync(script(shell), (await plimsoll(['completion', shell])).stdout);
  for (const name of ['app.tar', 'apple.tar']) writeFileSync(join(folder.path, name), '');
});

/** What the shell itself offers for a line, with nothing of the user's own. */
const ask: Readonly<Record<'bash' | 'fish', (line: string) => string[]>> = {
  bash: (line) =>
    run('bash', [
      '--norc',
      '-c',
      `source "$1"; COMP_LINE=$2 COMP_POINT=\${#2}; _plimsoll; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'x',
      script('bash'),
      line,
    ]),
  fish: (line) =>
    run('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C '${line}'`]).map(
      (each) => each.split('\t')[0]!,
    ),
};

function run(shell: string, args: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(shell, args, { cwd: folder.path, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter(Boolean).sort();
}

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe.each(['bash', 'fish'] as const)('completion in a real %s', (shell) => {
  test.skipIf(!has(shell)).each([
    ['plimsoll sc', ['scan']],
    ['plimsoll db ', ['build', 'diff', 'gc', 'pull', 'push', 'status', 'update']],
    ['plimsoll scan --fail-on H', ['High']],
    ['plimsoll scan --quiet app.tar --only-f', ['--only-fixed']],
    ['plimsoll db build --on', ['--only']],
    ['plimsoll scan apple', ['apple.tar']],
    ['plimsoll scan podm', ['podman:']],
    ['plimsoll scan --exceptions apple', ['apple.tar']],
    ['plimsoll completion ', ['bash', 'fish', 'zsh']],
  ])('%s', (line, offered) => {
    expect(ask[shell](line)).toEqual(offered);
  });
});

test.skipIf(!has('bash'))('a report file after its format (bash divides words at "=")', () => {
  expect(ask.bash('plimsoll scan x --format html=apple')).toEqual(['apple.tar']);
});

test.skipIf(!has('zsh'))('completion in a real zsh', () => {
  // an interactive shell of its own, since zsh completes nowhere else; what it prints for each TAB
  const driver = `zmodload zsh/zpty
zpty z "TERM=dumb zsh -f -i"
zpty -w z $'PS1= PS2=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -D -u; source ${script('zsh')}; echo re""ady'
zpty -r z out $'*ready*'
for l in "$@"; do
  zpty -w -n z "$l"$'\\t\\C-A#\\n'
  zpty -w z $'echo do""ne'
  zpty -r z out '*done*'
  print -r -- "$out"
done`;
  const lines = [
    'plimsoll scan --fail-on H',
    'plimsoll db b',
    'plimsoll scan --only-f',
    'plimsoll scan x --format spdx-t',
  ];
  const { stdout } = spawnSync('zsh', ['-f', '-c', driver, 'x', ...lines], {
    cwd: folder.path,
    encoding: 'utf8',
    timeout: 120_000,
  });
  for (const completed of ['--fail-on High', 'db build', '--only-fixed', '--format spdx-tag-value'])
    expect(stdout).toContain(completed);
});

test('an unknown shell: 2', async () => {
  expect(await plimsoll(['completion', 'tcsh'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('the shell is "tcsh"'),
  });
});

test('the values that are completed are those that the engine knows', () => {
  const words = (usage: string, flag: string) =>
    commands.find((command) => command.usage === usage)?.options.find(({ flags }) => flags.startsWith(`${flag} `))
      ?.words;
  expect(words('scan <image>', '--format')).toEqual(formats.map(({ name }) => name));
  expect(words('sbom <image>', '--format')).toEqual(inventoryFormats.map(({ name }) => name));
  expect(words('scan <image>', '--fail-on')).toEqual(severities);
  expect(words('scan <image>', '--kind')).toEqual(findingKinds);
  expect(words('scan <image>', '--facts')).toEqual([...factNames, 'all']);
  expect([...words('scan <image>', '--policy')!].sort()).toEqual([...packNames].sort());
});

test.skipIf(spawnSync('mandoc', ['/dev/null']).error !== undefined)(
  'the manual page is well-formed (needs mandoc)',
  () => {
    const { stdout, status } = spawnSync('mandoc', ['-Tlint', '-Werror', 'packages/cli/man/plimsoll.1'], {
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  },
);
