import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TranslatedScan } from '../packages/cli/src/compat/foreign-tool.ts';
import { parseWords } from '../packages/cli/src/compat/parse-words.ts';
import { foreignTools } from '../packages/cli/src/compat/tools.ts';
import { UsageError } from '../packages/cli/src/exit.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-options-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const whitelist = join(folder, 'my "white" list.yaml');
writeFileSync(whitelist, 'generalwhitelist:\n  CVE-2017-0001: no\n');

type Changed = Partial<Record<'reference' | 'fixed' | 'usual' | 'reports' | 'logFile' | 'notes' | 'refused', unknown>>;
/** Nothing changes. */
const nothing: Changed = {};
/** Nothing changes but that it is said. @param names as the line says them */
const unused = (names: string): Changed => ({ notes: [expect.stringMatching(new RegExp(`^${names}: not used`))] });

/** Tool → what its words are without options, and of each option a value and what it changes. */
const tools: Readonly<
  Record<
    string,
    { readonly words: readonly string[]; readonly options: Readonly<Record<string, readonly [string | null, Changed]>> }
  >
> = {
  'clair-scanner': {
    words: ['alpine:3.5'],
    options: {
      '--whitelist': [whitelist, { fixed: { exceptions: [whitelist] } }],
      '--threshold': ['High', { fixed: { set: ['threshold=High'] } }],
      '--report': ['r "1".json', { reports: ['clair-table', 'clair=r "1".json'] }],
      '--log': ['a b.log', { logFile: 'a b.log' }],
      '--all': [null, nothing],
      '--quiet': [null, { reports: [] }],
      '--exit-when-no-features': [null, nothing],
      '--clair': ['http://scanner:6060', unused('--clair')],
      '--ip': ['172.18.0.2', unused('--ip')],
      '--network': ['net_x', unused('--network')],
    },
  },
  'sysdig-cli-scanner': {
    words: ['docker://app:1'],
    options: {
      '--apiurl': ['https://us2.app.sysdig.com', unused('--apiurl')],
      '--policy': ['NIST 800-190', { fixed: { policy: ['nist-800-190'] } }],
      '--output': ['json-file=r 1.json', { reports: ['table', 'json=r 1.json'] }],
      '--output-json': ['r.json', { reports: ['table', 'json=r.json'] }],
      '--json-scan-result': ['r.json', { reports: ['table', 'json=r.json'] }],
      '--console-log': [null, nothing],
      '--logfile': ['a b.log', { logFile: 'a b.log' }],
      '--dbpath': ['/cache/db', { usual: { dbDir: '/cache/db/plimsoll-advisories' } }],
      '--cachepath': ['/cache/s', { usual: { cacheDir: '/cache/s/plimsoll-layers' } }],
      '--no-cache': [null, { fixed: { cache: false } }],
      '--clearcache': [null, { fixed: { cache: false } }],
      '--skip-get-database': [null, { fixed: { update: false } }],
      '--standalone': [null, nothing],
      '--skipupload': [null, nothing],
      '--offline-analyzer': [null, nothing],
      '--full-vulns-table': [null, nothing],
      '--detailed-policies-eval': [null, nothing],
      '--separate-by-layer': [null, nothing],
      '--separate-by-image': [null, nothing],
      '--loglevel': ['debug', nothing],
      '--apitimeout': ['30', nothing],
      '--skiptlsverify': [null, unused('--skiptlsverify')],
      '--override-pullstring': ['r/app:2', unused('--override-pullstring')],
      '--iac': [null, { refused: 'infrastructure as code' }],
    },
  },
  inline_scan: {
    words: ['analyze', 'app:1'],
    options: {
      '-s': ['https://secure.sysdig.com', unused('-s')],
      '-k': ['tok-s3cr3t', unused('-k')],
      '-P': [null, { reference: 'registry:app:1' }],
      '-R': [
        '/reports',
        { reports: ['table', expect.stringMatching(/^html=\/reports\/\d{4}-\d\d-\d\d-app-1-scan-result\.html$/)] },
      ],
      '-V': [null, nothing],
      '-v': ['/tmp/x', nothing],
      '-a': ['owner=me', unused('-a')],
      '-f': ['Dockerfile', nothing],
      '-m': ['manifest.json', nothing],
      '-i': ['0123', nothing],
      '-d': ['sha256:00', nothing],
      '-C': [null, unused('-C')],
      '-o': [null, nothing],
    },
  },
  'qualys_analysis.sh': {
    words: ['-I', '0123456789ab'],
    options: {
      '-I': ['ba9876543210', { reference: 'docker:ba9876543210' }],
      '-u': ['me', unused('-u')],
      '-p': ['s3cr3t \'"$\n', unused('-p')],
      '-t': ['3', { fixed: { set: ['threshold=3'] } }],
    },
  },
};

const shown = ({ reference, fixed, usual, reports, logFile, notes }: TranslatedScan) => ({
  ...{ reference, fixed, usual, reports, notes },
  ...(logFile !== undefined && { logFile }),
});

describe.each(Object.entries(tools))('%s', (name, { words, options }) => {
  test('has every option in this table', async () => {
    const tool = await foreignTools[name]!();
    expect(Object.keys(options)).toEqual(tool.options.map(({ names }) => names[0]));
  });

  test.each(Object.entries(options))('%s, in each of its spellings', async (option, [value, changed]) => {
    const tool = await foreignTools[name]!();
    const { names } = tool.options.find((each) => each.names[0] === option)!;
    const scan = async (given: readonly string[]) => shown(await tool.translate(parseWords(given, tool.options), {}));
    const plain = await scan(words);
    const { refused, ...more } = changed;
    for (const spelling of names) {
      const forms = value === null ? [[spelling]] : [[spelling, value], [`${spelling}=${value}`]];
      // before the image and after it
      for (const form of forms)
        for (const line of [...(option === words[0] ? [] : [[...form, ...words]]), [...words, ...form]]) {
          if (refused) {
            await expect(scan(line)).rejects.toThrow(UsageError);
            continue;
          }
          const told = await scan(line);
          expect(told).toEqual({
            ...plain,
            ...more,
            fixed: { ...plain.fixed, ...(more.fixed as object) },
            usual: { ...plain.usual, ...(more.usual as object) },
          });
          expect(told.notes.join()).not.toMatch(/s3cr3t|us2/);
        }
    }
  });
});

test.each([
  ['clair-scanner', ['a:1'], { CLAIR_URL: 'http://x' }, 'CLAIR_URL'],
  ['sysdig-cli-scanner', ['a:1'], { SECURE_API_TOKEN: 's3cr3t' }, 'SECURE_API_TOKEN'],
  [
    'sysdig-cli-scanner',
    ['a:1', '--apiurl', 'https://x'],
    { SECURE_API_TOKEN: 's3cr3t' },
    '--apiurl, SECURE_API_TOKEN',
  ],
])('%s %j %j: what is not used is said', async (name, words, env, names) => {
  const tool = await foreignTools[name]!();
  const { notes } = await tool.translate(parseWords(words, tool.options), env);
  expect(notes).toEqual([expect.stringMatching(new RegExp(`^${names}: not used`))]);
});
