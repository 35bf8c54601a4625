import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { dpkgStatus, osRelease } from './images.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, scan } from './scans.ts';
import { smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const dbDir = join(folder.path, 'db');

const below = { bash: '5.2.15-2', openssl: '3.0.9-1', zlib: '1.2' };
const root = (packages: Readonly<Record<string, string>>) => [osRelease, dpkgStatus(packages)];
const lodash = { path: 'app/node_modules/lodash/package.json', content: '{"name":"lodash","version":"4.17.20"}' };
/** A CMD, and layers of a year later: where the base seems to end. */
const top = {
  history: [
    { created: '2023-01-01T00:00:00Z', created_by: 'ADD rootfs /' },
    { created: '2023-01-01T00:00:01Z', created_by: 'CMD ["bash"]', empty_layer: true },
    { created: '2024-01-01T00:00:00Z', created_by: 'RUN apt-get install curl' },
    { created: '2024-01-01T00:00:00Z', created_by: 'COPY app /app' },
  ],
};

function image(name: string, layers: Parameters<typeof fixtureImage>[0]['layers'], more: object = {}): string {
  const path = join(folder.path, `${name}.tar`);
  writeFileSync(path, dockerArchive(fixtureImage({ layers, names: [`${name}:1`], ...more })));
  return path;
}

const app = image('app', [root(below), [dpkgStatus({ ...below, curl: '7.88.1-10' })], [lodash]], { top });
const old = image('old', [root(below)]);
const newer = image('newer', [root({ ...below, openssl: '3.0.11-1~deb12u2' })]);
const release = { ...osRelease, content: 'ID=debian\nVERSION_ID="13"\n' };
const trixie = image('trixie', [[release, dpkgStatus({ bash: '5.2.37-2' })]]);
const gone = join(folder.path, 'gone.tar');

beforeAll(async () => {
  writeSmallMirror(join(folder.path, 'mirror'));
  await buildDatabase(dbDir, join(folder.path, 'mirror'), smallMirrorShards);
});

async function judged(...more: readonly string[]) {
  const { result } = await scan(app, dbDir, ['--fail-on', 'Low', '--quiet', ...more]);
  const { bases = [], changes, afterChanges } = result.verdict;
  return { result, bases: Object.fromEntries(bases.map((base) => [base.reference, base])), changes, afterChanges };
}

describe('a newer base image', () => {
  it('is proposed first, and what is left is proven on it', async () => {
    const candidates = [old, newer, trixie, gone].flatMap((path) => ['--base-candidate', path]);
    const { result, bases, changes, afterChanges } = await judged('--base', old, ...candidates);
    expect(bases[old]).toMatchObject({ state: 'same' });
    expect(bases[newer]).toMatchObject({ state: 'proposed', result: 'fail', takesAway: 1, adds: 0 });
    expect(bases[trixie]).toMatchObject({ state: 'not-judged', message: expect.stringContaining('debian-13') });
    expect(bases[gone]).toMatchObject({ state: 'not-read', message: expect.stringContaining('gone.tar') });
    expect(changes.map(({ kind, proven }) => [kind, proven])).toEqual([
      ['base', true],
      ['upgrade', true],
      ['upgrade', true],
    ]);
    expect(changes[0]?.text).toContain(`instead of ${old}: takes away 1 of 3 findings that stop the image`);
    expect(changes.slice(1).map(({ upgrade }) => upgrade?.names)).toEqual([['curl'], ['lodash']]);
    expect(afterChanges).toMatchObject({ made: 3, result: 'warn', rules: [] });
    expect(result.verdict.result).toBe('fail');
    expect(result.inputs.baseCandidates?.map(({ id }) => typeof id)).toEqual(['string', 'string', 'string', 'object']);
    const keys = new Set(result.findings.map(({ key }) => key));
    expect(changes.flatMap(({ findings }) => findings).every((key) => keys.has(key))).toBe(true);
  });

  it('is what the tag of the base leads to now: where the old one ends the history tells', async () => {
    const moved = await judged('--base', newer, '--base-candidate', 'base');
    expect(moved.bases[newer]).toMatchObject({ state: 'proposed', takesAway: 1 });
    const same = await judged('--base', old, '--base-candidate', 'base');
    expect(same.bases[old]).toMatchObject({ state: 'same' });
    expect(same.changes.map(({ kind }) => kind)).toEqual(['upgrade', 'upgrade', 'upgrade']);
    const unnamed = await judged('--base-candidate', 'base');
    expect(unnamed.bases.base).toMatchObject({ state: 'not-read', message: expect.stringContaining('--base') });
  });

  it('is no step where it takes away nothing', async () => {
    const { bases, changes } = await judged(
      '--base',
      old,
      '--base-candidate',
      image('other', [root({ ...below, a: '1' })]),
    );
    expect(Object.values(bases)).toMatchObject([{ state: 'worse', takesAway: 0, adds: 0 }]);
    expect(changes.map(({ kind }) => kind)).not.toContain('base');
  });
});
