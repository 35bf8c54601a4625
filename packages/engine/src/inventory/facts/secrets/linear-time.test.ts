import { expect, it } from 'vitest';
import { asText, detectSecrets } from './detect-secrets.ts';
import { secretKinds } from './kinds.ts';
import { secretSamples } from './testing/secret-samples.ts';

const token = secretSamples()['gitlab-pat']![0]!.secret;
const repeated = (text: string, bytes: number) => Buffer.alloc(bytes, text);
const mib = 1024 * 1024;

/** Bytes of the smaller text; the larger has four times as many. */
const hostile: readonly (readonly [what: string, bytes: number, make: (bytes: number) => Buffer, path: string])[] = [
  ['a minified line', 2 * mib, (n) => repeated('function a(b,c){return b.token?c[b.key]:"x"+b};', n), 'srv/app.min.js'],
  ['a text that is all one keyword', mib / 8, (n) => repeated('password', n), 'srv/app.yaml'],
  ['a text that is all assignments', mib / 8, (n) => repeated('secret=secret:', n), 'srv/.env'],
  ['keywords of tokens that never end', mib / 8, (n) => repeated('ghp_', n), 'srv/a.txt'],
  ['keywords that are looked at from before', mib / 16, (n) => repeated('T3BlbkFJ', n), 'srv/a.txt'],
  ['tokens of one letter', mib / 8, (n) => repeated(`glpat-${'a'.repeat(290)}`, n), 'srv/a.txt'],
  ['UTF-16', mib / 2, (n) => Buffer.concat([Buffer.from([0xff, 0xfe]), repeated('p\0a\0s\0s\0 \0', n)]), 'srv/a.txt'],
  [
    'key blocks without keys',
    mib / 8,
    (n) => repeated(['-----BEGIN RSA ', 'PRIVATE KEY-----\n\n'].join(''), n),
    'srv/a',
  ],
  ['web tokens without an end', mib / 8, (n) => repeated('eyJhbGciOiJI.eyJ', n), 'srv/a'],
  ['URLs without a host', mib / 8, (n) => repeated('postgres://a:b', n), 'srv/a'],
  [
    'binary bytes after a text',
    mib / 2,
    (n) =>
      Buffer.concat([repeated('text ', 2000), Buffer.from(Uint8Array.from({ length: n }, (_, i) => (i * 7919) >> 3))]),
    'srv/a',
  ],
];

function cpuOf(text: Buffer, path: string): number {
  const before = process.threadCpuUsage();
  detectSecrets(asText(text)!, path);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

it.each(hostile)('takes time in proportion to %s', (_what, bytes, make, path) => {
  const [small, large] = [make(bytes), make(4 * bytes)];
  cpuOf(small, path);
  const times = [1, 2, 3, 4].map(() => [cpuOf(small, path), cpuOf(large, path)] as const);
  const [least, most] = [Math.min(...times.map(([a]) => a)), Math.min(...times.map(([, b]) => b))];
  // in proportion it is 4 times; what grows with the square would be 16 times
  expect(most).toBeLessThan(10 * least + 40);
});

it('searches a line of 50 MB', () => {
  const line = repeated('var a={b:1,c:"text"};', 50_000_000);
  line.write(` ${token} `, 49_000_000);
  expect(detectSecrets(line, 'srv/app.min.js').found).toMatchObject([{ line: 1, masked: 'glpa****' }]);
});

it('tries no pattern that backtracks: each ends at once on long runs of what it repeats', () => {
  const runs = ['a', 'A', '0', '-', '_', 'eyJ', '+/', ' ', '\n', '=', ':', '"', 'a.', 'a-', '\\n', 'A: b\n'];
  for (const { id, keywords, pattern, window = 420 } of secretKinds) {
    const before = process.threadCpuUsage();
    for (const run of runs) {
      for (const keyword of keywords.slice(0, 3)) {
        pattern.lastIndex = 0;
        pattern.exec(keyword + run.repeat(window));
      }
    }
    expect(process.threadCpuUsage(before).user / 1000, id).toBeLessThan(1000);
  }
});
