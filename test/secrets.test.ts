import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { secretSamples } from '../packages/engine/src/inventory/facts/secrets/testing/secret-samples.ts';
import { formats } from '../packages/engine/src/report/formats.ts';
import { plimsoll, scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const samples = secretSamples();
const planted = {
  file: samples['gitlab-pat']![0]!.secret,
  deleted: samples['github-token']![0]!.secret,
  env: 'correct-horse-battery',
  label: samples['stripe-key']![0]!.secret,
  command: samples['digitalocean-token']![0]!.secret,
  argument: samples['npm-token']![0]!.secret,
  line: samples['sendgrid-key']![0]!.secret,
  // a part of it is as telling as the whole
  encoded: Buffer.from(`deploy:${samples['gitlab-deploy-token']![0]!.secret}`).toString('base64'),
  user: samples['figma-token']![0]!.secret,
  labelName: samples['linear-key']![0]!.secret,
  author: samples['shopify-token']![0]!.secret,
};

const archive = join(scratch.path, 'image.tar');
writeFileSync(
  archive,
  dockerArchive(
    fixtureImage({
      layers: [
        [
          { path: 'srv/notes.txt', content: `a\nkey ${planted.file}\n` },
          { path: 'srv/gone.txt', content: planted.deleted },
        ],
        [{ path: 'srv/.wh.gone.txt' }],
      ],
      config: {
        Env: ['PATH=/bin', `DB_PASSWORD=${planted.env}`, `REGISTRY_LOGIN=${planted.encoded}`],
        Labels: { note: planted.label, [planted.labelName]: 'x' },
        User: planted.user,
        Cmd: ['serve', planted.command],
      },
      top: {
        author: planted.author,
        history: [
          { created_by: `|1 NPM=${planted.argument} RUN /bin/sh -c npm ci` },
          { created_by: `RUN /bin/sh -c curl -H ${planted.line} example.org` },
        ],
      },
    }),
  ),
);
const policy = join(scratch.path, 'policy.yaml');
writeFileSync(
  policy,
  'name: p\nrules: [{id: no-secrets, scope: secret, when: "true", action: deny, message: "{secret.title} {secret.masked} {secret.instruction}"}]',
);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Layer analyses are kept compressed. */
function plainText(bytes: Buffer): string {
  const at = bytes.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  return (at < 0 ? bytes : zstdDecompressSync(bytes.subarray(at))).toString('latin1');
}

it('finds what was planted, and shows and keeps it nowhere', async () => {
  const folders = ['cache', 'db', 'out'].map((name) => join(scratch.path, name));
  for (const folder of folders) mkdirSync(folder);
  const [cache, db, out] = folders as [string, string, string];
  const names = formats.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  const { status, stdout, stderr } = await plimsoll(
    [
      ...['scan', archive, '--policy', policy, '--facts', 'all', '--offline', '--cache-dir', cache, '--db-dir', db],
      ...names.flatMap((format) => ['--format', `${format}=${join(out, format)}`]),
    ],
    { env: { XDG_CACHE_HOME: cache } },
  );
  expect([status, stderr]).toEqual([1, expect.any(String)]);
  const result = JSON.parse(readFileSync(join(out, 'json'), 'utf8')) as {
    readonly findings: readonly {
      readonly kind: string;
      readonly id: string;
      readonly evidence: { readonly path?: string };
    }[];
  };
  const found = result.findings
    .filter(({ kind }) => kind === 'secret')
    .map(({ id, evidence }) => `${id} ${evidence.path ?? ''}`);
  expect(found.sort()).toEqual([
    'digitalocean-token ',
    'environment-secret ',
    'figma-token ',
    'github-token /srv/gone.txt',
    'gitlab-deploy-token ',
    'gitlab-pat /srv/notes.txt',
    'linear-key ',
    'npm-token ',
    'sendgrid-key ',
    'shopify-token ',
    'stripe-key ',
  ]);
  const written = [...filesBelow(cache), ...filesBelow(db), ...filesBelow(out)];
  expect(written.length).toBeGreaterThan(names.length);
  const texts = [stdout, stderr, ...written.map((path) => plainText(readFileSync(path)))];
  for (const [where, secret] of Object.entries(planted)) {
    // a long part of it would be as bad as all
    for (const part of [secret, secret.slice(6, 22)]) {
      expect(
        texts.filter((text) => text.includes(part)),
        where,
      ).toEqual([]);
    }
  }
});
