import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeywordSearch, minKeywordBytes } from '../keyword-search.ts';
import { endsWithBech32, endsWithGrafanaCrc } from './checksums.ts';
import { asText, beginsAsText, detectSecrets } from './detect-secrets.ts';
import { secretKinds } from './kinds.ts';
import { random, secretSamples } from './testing/secret-samples.ts';

const samples = secretSamples();
/** Of the configuration alone: config-secrets.test.ts. */
const ofConfiguration = secretKinds.filter(({ configuration }) => configuration).map(({ id }) => id);
const found = (text: string, path = 'srv/notes.txt') =>
  detectSecrets(Buffer.from(text), path).found.map(({ kind, line, masked, example }) => ({
    id: kind.id,
    line,
    masked,
    example,
  }));
const ids = (text: string, path?: string) => found(text, path).map(({ id }) => id);

it('knows more than a hundred kinds, each with samples, a keyword and an id of its own', () => {
  expect(secretKinds.length).toBeGreaterThan(150);
  expect(new Set(secretKinds.map(({ id }) => id)).size).toBe(secretKinds.length);
  expect([...Object.keys(samples), ...ofConfiguration].sort()).toEqual(secretKinds.map(({ id }) => id).sort());
  for (const { keywords, shown } of secretKinds) {
    expect(Math.min(...keywords.map(({ length }) => length))).toBeGreaterThanOrEqual(minKeywordBytes);
    expect(shown).toBeLessThanOrEqual(4);
  }
});

it('has at least one sample of each, with what only looks like it', () => {
  for (const [id, list] of Object.entries(samples)) {
    expect(list.length, id).toBeGreaterThan(0);
    for (const { text, miss } of list) expect([miss.length > 0, miss !== text], id).toEqual([true, true]);
  }
});

describe.each(Object.entries(samples))('%s', (id, list) => {
  it('is found, on its line, and shows nothing but its prefix', () => {
    for (const { text, secret, path } of list) {
      const [hit] = found(`first line\n${text}`, path).filter((each) => each.id === id);
      expect(hit, text).toMatchObject({ line: expect.any(Number), example: false });
      expect(hit!.masked).toMatch(/^.{0,4}\*{4}$/);
      if (secret !== '') expect(secret.startsWith(hit!.masked.slice(0, -4))).toBe(true);
    }
  });

  it('is not found in what only looks like it', () => {
    for (const { miss, path } of list) expect(ids(miss, path)).not.toContain(id);
  });
});

it('lists an example, or a token with a wrong checksum, as such', () => {
  const wrong = ['gh', 'p_', random('abcdefghij0123456789', 36)].join('');
  const documented = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
  expect(found(`${wrong}\n${documented}\n`)).toMatchObject([
    { id: 'github-token', line: 1, masked: 'ghp_****', example: true },
    { id: 'aws-access-key', line: 2, masked: 'AKIA****', example: true },
  ]);
});

it('knows the checksums of the formats that publish one', () => {
  // the values of BIP 173, and of Grafana's own test
  expect(endsWithBech32('abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw')).toBe(true);
  expect(endsWithBech32('abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx')).toBe(false);
  expect(endsWithGrafanaCrc(['gl', 'sa_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a'].join(''))).toBe(true);
  const tokens = ['age-secret-key', 'grafana-service-account-token'].map((id) => samples[id]![0]!.secret);
  const changed = tokens.map((secret) => secret.slice(0, -1) + (secret.endsWith('0') ? '3' : '0')).join('\n');
  expect(found(changed).map(({ id, example }) => [id, example])).toEqual([
    ['age-secret-key', true],
    ['grafana-service-account-token', true],
  ]);
});

it('does not look for weak forms and examples in what package managers install', () => {
  const url = `postgres://shop:${random('abcdefgh0123', 10)}@db.internal/shop`;
  expect(ids(url, 'srv/app.js')).toEqual(['database-url']);
  expect(ids(url, 'srv/node_modules/pg/lib/index.js')).toEqual([]);
  const token = samples['gitlab-pat']![0]!.text;
  expect(ids(token, 'srv/node_modules/pg/lib/index.js')).toEqual(['gitlab-pat']);
});

it('takes no piece of a long Base64 for a token', () => {
  const blob = random('ABCDEFGHabcdefgh01234567+/', 400);
  for (const begin of ['AQEa', ['AB', 'SK'].join(''), 'cflt']) {
    expect(ids(`x = "${blob}/${begin}${blob}${blob}"\n`, 'srv/node_modules/a/wasm.js')).toEqual([]);
  }
});

it('takes the digest of a file whose name speaks of secrets for no secret', () => {
  const digest = '2ed8268505af3dbe8cd8dc3d8bd6bfa9bb2d0239';
  expect(ids(`{"src/secrets.ts": "${digest}", "dist/token-list.min.js": "${digest}"}`, 'srv/manifest.json')).toEqual(
    [],
  );
  expect(ids(`{"secrets": "${digest}"}`, 'srv/settings.json')).toEqual(['config-file-secret']);
  expect(ids(`app.secret.json.token: ${digest}`, 'srv/settings.yaml')).toEqual(['config-file-secret']);
});

it('finds one secret once, by the more telling kind', () => {
  const token = samples['github-token']![0]!.secret;
  expect(ids(`GITHUB_TOKEN=${token}\n`, 'srv/.env')).toEqual(['github-token']);
});

it('finds secrets in UTF-16 of either order', () => {
  const token = samples['gitlab-pat']![0]!.secret;
  const little = Buffer.from(`\ufefffirst\r\nkey ${token}\r\n`, 'utf16le');
  const big = Buffer.from(little).swap16();
  // PowerShell marks its files, other programs do not
  for (const body of [little, big, little.subarray(2), big.subarray(2), big.subarray(2, big.length - 1)]) {
    expect(beginsAsText(body.subarray(0, 1024))).toBe(true);
    const text = asText(body);
    expect(text).not.toBeNull();
    expect(detectSecrets(text!, 'srv/a.txt').found).toMatchObject([{ line: 2 }]);
  }
});

it('takes for binary what has a NUL at its beginning, and searches what has one later', () => {
  expect(asText(Buffer.from('\0ELF'))).toBeNull();
  const later = Buffer.concat([
    Buffer.alloc(2000, 'a '),
    Buffer.from('\0'),
    Buffer.from(` ${samples['gitlab-pat']![0]!.secret}`),
  ]);
  expect(detectSecrets(asText(later)!, 'srv/a.txt').found).toHaveLength(1);
});

it('finds every keyword, wherever it begins', () => {
  const keywords = ['abab', 'baba', 'abba0', '-----b', 'ab_ab_'];
  const search = new KeywordSearch(keywords);
  const text = fc.array(fc.constantFrom(...'aAbB0_-'), { maxLength: 60 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(text, (made) => {
      const found: string[] = [];
      search.search(Buffer.from(made), (at, keyword) => found.push(`${at} ${keywords[keyword]}`) > 0);
      const lower = made.toLowerCase();
      const expected = [...lower].flatMap((_, at) =>
        keywords.filter((keyword) => lower.startsWith(keyword, at)).map((keyword) => `${at} ${keyword}`),
      );
      expect(found).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

it('ends, and names only places in the text, whatever the bytes are', () => {
  const texts = Object.values(samples).flatMap((list) => list.map(({ text }) => Buffer.from(text)));
  const mutated = fc
    .tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), fc.nat(200))
    .map(([text, changes, cut]) => {
      const bytes = Buffer.from(text.subarray(0, Math.max(0, text.length - cut)));
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    });
  fc.assert(
    fc.property(
      fc.oneof(
        mutated,
        fc.uint8Array({ maxLength: 4000 }).map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        for (const { start, end, line } of detectSecrets(asText(bytes) ?? bytes, null).found) {
          expect(start).toBeLessThan(end);
          expect(line).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 500 },
  );
});
