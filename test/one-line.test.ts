import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { plimsoll, scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

it('what a feed or a name holds begins no line of its own on standard error, and moves no cursor', async () => {
  const kev = join(scratch.path, 'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json');
  mkdirSync(dirname(kev), { recursive: true });
  writeFileSync(kev, 'no\n::error::\u001b[31m\u202ered');
  const build = await plimsoll([
    'db',
    'build',
    '--mirror',
    scratch.path,
    '--only',
    'kev',
    '--db-dir',
    `${scratch.path}/db`,
  ]);
  expect([build.status, build.stderr]).toEqual([3, expect.stringContaining('cisa-kev: failed: ')]);
  const scan = await plimsoll(['scan', 'not\n::there\u001b[31m.tar']);
  expect([scan.status, scan.stderr]).toEqual([3, expect.stringContaining('there')]);
  for (const line of (build.stderr + scan.stderr).trimEnd().split('\n'))
    expect(line).toMatch(/^plimsoll: [^\p{Cc}\p{Bidi_Control}]+$/u);
});
