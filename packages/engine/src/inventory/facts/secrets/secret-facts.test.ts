import { expect, it } from 'vitest';
import { parseConfig } from '../../../image/config.ts';
import { createLayerAnalyser } from '../../layer-analyser.ts';
import { takeInventory } from '../../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../../testing/fake-image.ts';
import type { FactName } from '../../types.ts';
import { maxSecretFileBytes } from './secret-paths.ts';
import { secretSamples } from './testing/secret-samples.ts';

const samples = secretSamples();
const token = samples['gitlab-pat']![0]!.secret;
const github = samples['github-token']![0]!.secret;
const stripe = samples['stripe-key']![0]!.secret;

async function inventoryOf(
  layers: readonly FakeLayer[],
  config: object = {},
  facts: readonly FactName[] = ['secrets'],
) {
  const image = fakeImage(layers, createLayerAnalyser({ facts }));
  const bytes = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', ...config }));
  const inventory = await takeInventory({ ...image, config: parseConfig(bytes, 'config').config }, facts);
  return { ...inventory, read: image.read };
}

/** `kind place layer deleted` */
async function placesOf(layers: readonly FakeLayer[], config: object = {}) {
  const { facts } = await inventoryOf(layers, config);
  return facts.secrets!.map(
    ({ kind, path, env, label, config: key, layer, deleted }) =>
      `${kind} ${path ?? env ?? label ?? key ?? 'history'} ${layer?.slice(-1) ?? '-'}${deleted ? ' deleted' : ''}`,
  );
}

it('finds secrets in files of every layer, those that a later layer deleted or replaced too', async () => {
  const text = `key ${token}\n`;
  expect(
    await placesOf([
      { 'srv/kept': text, 'srv/deleted': text, 'srv/replaced': text },
      { 'srv/deleted': { whiteout: true }, 'srv/replaced': 'nothing\n' },
    ]),
  ).toEqual(['gitlab-pat /srv/deleted 0 deleted', 'gitlab-pat /srv/kept 0', 'gitlab-pat /srv/replaced 0 deleted']);
});

it('names every name of a file, since deleting one leaves the others', async () => {
  const layer = { 'srv/a': `key ${token}\n`, 'srv/b': { hardLink: 'srv/a' } };
  expect(await placesOf([layer, { 'srv/a': { whiteout: true } }])).toEqual([
    'gitlab-pat /srv/a 0 deleted',
    'gitlab-pat /srv/b 0',
  ]);
});

it('finds each secret of the configuration once, named by the environment before the history', async () => {
  const config = {
    config: {
      Env: ['PATH=/bin', `GITLAB_TOKEN=${token}`, 'DB_PASSWORD=correct-horse', 'DB_PASSWORD_FILE=/run/secrets/db'],
      Labels: { note: `see ${github}` },
      Cmd: ['serve', '--key', stripe],
    },
    history: [
      { created_by: `ENV GITLAB_TOKEN=${token}`, empty_layer: true },
      { created_by: 'ARG NPM_PASSWORD=battery-staple', empty_layer: true },
      { created_by: '|1 NPM_PASSWORD=battery-staple RUN /bin/sh -c npm ci' },
      { created_by: `RUN /bin/sh -c curl -H "X: ${github}" x # buildkit` },
    ],
  };
  expect(await placesOf([{ 'srv/a': 'a' }, { 'srv/b': 'b' }], config)).toEqual([
    'gitlab-pat GITLAB_TOKEN -',
    'environment-secret DB_PASSWORD -',
    'github-token note -',
    'stripe-key cmd -',
    'environment-secret history 0',
  ]);
});

it('masks what it finds in the configuration, asked for secrets or not', async () => {
  const { facts, configSecrets, layers } = await inventoryOf(
    [{ 'srv/a': 'a' }],
    {
      config: {
        Env: [`KEY=${token}`, 'DB_PASSWORD=correct-horse'],
        Labels: { l: github },
        Healthcheck: { Test: ['CMD', stripe] },
      },
      history: [{ created_by: `RUN /bin/sh -c login correct-horse ${github}`, comment: `made with ${token}` }],
    },
    [],
  );
  expect(facts.secrets).toBeUndefined();
  expect(configSecrets).toHaveLength(4);
  const shown = JSON.stringify({ facts, layers, configSecrets });
  for (const secret of [token, github, stripe, 'correct-horse']) expect(shown).not.toContain(secret);
  expect(facts.config!.env).toEqual(['KEY=glpa****', 'DB_PASSWORD=****']);
  expect(facts.config!.history[0]!.instruction).toBe('RUN login **** ghp_****');
});

it('finds and masks what stands in Base64 or any other key of the configuration', async () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const once = encoded(`deploy:${token}`);
  const twice = encoded(encoded(`key ${github}`));
  const { facts, configSecrets } = await inventoryOf(
    [{ 'srv/a': 'a' }],
    {
      config: {
        Env: [`CREDENTIALS=${once}`, `NOTE=${encoded('nothing that would be a secret')}`, stripe],
        Labels: { [`l-${token}`]: twice },
        Shell: ['/bin/sh', `${stripe}9`],
        User: `x:${github}`,
        WorkingDir: `/srv/${token}`,
        Volumes: { [`/v/${stripe}8`]: {} },
      },
      author: `me ${token}`,
      history: [{ created_by: `RUN /bin/sh -c echo ${once} | base64 -d > /srv/a` }],
    },
    [],
  );
  expect(configSecrets?.map(({ kind, env, label, config }) => [kind, env ?? label ?? config])).toEqual([
    ['gitlab-pat', 'CREDENTIALS'],
    ['stripe-key', expect.stringMatching(/^.{4}\*{4}$/)],
    ['gitlab-pat', 'l-glpa****'],
    ['github-token', 'l-glpa****'],
    ['stripe-key', 'shell'],
    ['github-token', 'user'],
    ['stripe-key', 'volumes'],
  ]);
  const shown = JSON.stringify({ facts, configSecrets });
  for (const secret of [token, github, stripe, once, twice]) expect(shown).not.toContain(secret);
  expect(facts.config!.env[1]).toBe(`NOTE=${encoded('nothing that would be a secret')}`);
  expect(facts.config!.history[0]!.instruction).toBe('RUN echo **** | base64 -d > /srv/a');
});

it('reads no file where nobody asked, and then neither binaries nor documentation of packages', async () => {
  const layer = {
    'srv/notes': `key ${token}\n`,
    'srv/program.so': `key ${token}\n`,
    'usr/share/doc/x/README': `key ${token}\n`,
  };
  expect((await inventoryOf([layer], {}, [])).read).toEqual([]);
  expect((await inventoryOf([layer])).read).toEqual(['srv/notes']);
});

it('searches the beginning of a file that is too large, and says so; of a binary one it says nothing', async () => {
  const dump = Buffer.alloc(maxSecretFileBytes + 1, 'insert into t values (1);\n');
  dump.write(` ${token} `, 1000);
  const { incomplete, facts } = await inventoryOf([
    { 'srv/dump.sql': dump, 'srv/tool': { executable: dump }, 'srv/modules': Buffer.alloc(maxSecretFileBytes + 1) },
  ]);
  expect(incomplete).toMatchObject([
    { code: 'secrets-unread', path: '/srv/dump.sql', layer: 'sha256:layer-0' },
    { code: 'secrets-unread', path: '/srv/tool', layer: 'sha256:layer-0' },
  ]);
  expect(facts.secrets).toMatchObject([{ path: '/srv/dump.sql' }, { path: '/srv/tool' }]);
});

it('says that a file holds more secrets than are listed', async () => {
  const text = Array.from({ length: 150 }, (_, index) => `PASSWORD_${index}_TOKEN=secret-number-${index}\n`).join('');
  const { facts, incomplete } = await inventoryOf([{ 'srv/.env': text }]);
  expect(facts.secrets).toHaveLength(100);
  expect(incomplete).toMatchObject([{ code: 'secrets-unread', path: '/srv/.env' }]);
});
