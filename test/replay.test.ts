import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { resultJsonSchema } from '../packages/engine/src/result/schema.ts';
import { vulnerableLayers } from './images.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';
import { feedsDay, scan } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

/*
 * A stored result is judged again: with the same inputs the same bytes come out; with others, the input that changed the
 * verdict is named.
 */

const scratch = scratchFolder();
afterAll(scratch.remove);
const path = (...names: string[]) => join(scratch.path, ...names);
const dbDir = path('db');
const stored = path('result.json');

const build = (asOf: string) =>
  plimsoll(
    ['db', 'build', '--quiet', '--mirror', path('mirror'), '--as-of', asOf, '--db-dir', dbDir].concat(
      smallMirrorShards.flatMap((name) => ['--only', name]),
    ),
  );

beforeAll(async () => {
  writeSmallMirror(path('mirror'));
  const tracker = path('mirror', 'security-tracker.debian.org/tracker/data/json');
  const all = readFileSync(tracker, 'utf8');
  // on an earlier day nobody knew of curl's
  writeFileSync(tracker, JSON.stringify({ ...JSON.parse(all), curl: undefined }));
  expect(await build('2026-08-10')).toMatchObject({ status: 0 });
  writeFileSync(tracker, all);
  expect(await build(feedsDay)).toMatchObject({ status: 0 });
  writeFileSync(path('image.tar'), dockerArchive([smallImage()]));
  writeFileSync(stored, (await scan(path('image.tar'), dbDir)).stdout);
});

const replay = (result: string, ...more: readonly string[]): Promise<Outcome> =>
  plimsoll(['replay', result, '--db-dir', dbDir, '--offline', ...more], { cwd: scratch.path });

/** Scans, replays without a word more, and gives both texts. */
async function twice(image: string, ...more: readonly string[]): Promise<readonly [Outcome, Outcome]> {
  const first = await scan(image, dbDir, more, { cwd: scratch.path });
  writeFileSync(path('again.json'), first.stdout);
  return [first, await replay(path('again.json'), '--format', 'json')];
}

describe('the same judgement again', () => {
  it('gives the same bytes and the same exit code: with secrets, exceptions, VEX, baseline and settings', async () => {
    const image = fixtureImage({
      layers: vulnerableLayers,
      // in parts, so that no scanner stops at this file
      config: { User: 'app', Env: [`AWS_ACCESS_KEY_ID=${'AKIA'}Q3EGRPD5Z7BWTHLA`, 'DB_PASSWORD=hunter2hunter2'] },
    });
    writeFileSync(path('secrets.tar'), dockerArchive(image));
    writeFileSync(
      path('exceptions.yaml'),
      '- id: CVE-2023-5363\n  reason: not reachable\n  owner: tests\n  expires: 2026-12-31\n',
    );
    const vex = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.com/vex/1',
      author: 'tests',
      timestamp: '2026-08-01T00:00:00Z',
      version: 1,
      statements: [
        {
          vulnerability: { name: 'CVE-2023-38545' },
          products: [{ '@id': 'pkg:deb/debian/curl' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path',
        },
      ],
    };
    writeFileSync(path('vex.json'), JSON.stringify(vex));
    for (const args of [
      ['image.tar', '--facts', 'all', '--exceptions', 'exceptions.yaml', '--vex', 'vex.json', '--fail-on', 'Medium'],
      ['image.tar', '--baseline', stored, '--policy', 'qualys-risk-index', '--set', 'threshold=3', '--no-gate'],
      ['secrets.tar', '--severity-order', 'nvd,distro', '--stage', 'runtime', '--max-db-age', '0'],
    ]) {
      const [image = '', ...more] = args;
      const [first, again] = await twice(path(image), ...more);
      expect(again).toEqual({ status: first.status, stdout: first.stdout, stderr: '' });
    }
  });

  it('takes the shards of the result, also where the folder has newer ones', async () => {
    const then = await scan(path('image.tar'), dbDir, ['--at', '2026-08-12', '--catalog', kept('2026-08-10')]);
    expect(then.result.findings.map(({ id }) => id)).not.toContain('CVE-2023-38545');
    writeFileSync(path('then.json'), then.stdout);
    rmSync(path('db', 'shards', `${then.result.inputs.advisories['debian-12']?.slice(7)}.sqlite`));
    const again = await replay(path('then.json'), '--format', 'json');
    expect(again.stdout).toBe(then.stdout);
  });
});

describe('what changed the verdict', () => {
  it('the advisories as they were on a day: named, with what they changed', async () => {
    const { status, stdout, stderr } = await replay(stored, '--at', '2026-08-12', '--format', 'difference');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('advisories.debian-12');
    expect(stdout).toMatch(/Gone {2}\d+ findings?\n(?:.*\n)*?.*CVE-2023-38545 {2}curl/);
    expect(stdout).toMatch(/known-exploited denies no longer\n {4}because advisories debian-12 changed/);
  });

  it('the day alone, where nothing older is kept; a stale shard closes the gate', async () => {
    const early = await replay(stored, '--at', '2026-08-01', '--format', 'difference-json');
    expect(early.stderr).toMatch(/^plimsoll: no catalog of 2026-08-01 or before is kept in /);
    const late = await replay(stored, '--at', '2026-09-30', '--format', 'difference-json');
    expect(JSON.parse(late.stdout)).toMatchObject({
      after: { result: 'fail' },
      decided: [
        { id: 'advisories-stale', change: 'denies', because: [expect.stringContaining('2026-09-30'), 'stale changed'] },
      ],
    });
  });

  it('another policy, other exceptions; every report, and a result that its schema holds', async () => {
    writeFileSync(
      path('none.yaml'),
      'name: none\nrules:\n  - { id: never, scope: image, when: image.size < 0, action: deny, message: never }\n',
    );
    const ran = await replay(
      stored,
      '--policy',
      'none.yaml',
      '--format',
      'difference',
      '--format',
      'json=after.json',
      '--format',
      'zip=all.zip',
    );
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain('fail, now pass');
    expect(ran.stdout).toMatch(/denies no longer\n {4}because policy.default is gone/);
    const after = JSON.parse(readFileSync(path('after.json'), 'utf8'));
    expect(Object.keys(after)).toEqual(expect.arrayContaining(resultJsonSchema().required as string[]));
    expect(after.inputs.policy).toEqual({ none: expect.stringMatching(/^sha256:/) });
    expect(readFileSync(path('all.zip')).subarray(0, 2).toString()).toBe('PK');
  });
});

describe('bad input', () => {
  it('a policy that looks at what the result does not hold is refused', async () => {
    const { status, stdout, stderr } = await replay(stored, '--policy', 'cis-docker');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('does not hold what the policy looks at: ')]);
  });

  it('what the result was judged by and is gone is asked for; what it names and is something else is not read', async () => {
    const result = JSON.parse(readFileSync(stored, 'utf8'));
    for (const [inputs, words] of [
      [{ policy: { strict: 'sha256:0' } }, 'judged by the policy "strict", which is no pack: say --policy FILE'],
      [
        { exceptions: { '/dev/zero': 'sha256:0' } },
        'the exceptions file /dev/zero of the result is gone or was changed',
      ],
      [
        { history: { baseline: { 'gone.json': 'sha256:0' } } },
        'the baseline gone.json of the result is gone or was changed',
      ],
    ] as const) {
      writeFileSync(path('named.json'), JSON.stringify({ ...result, inputs: { ...result.inputs, ...inputs } }));
      const { status, stdout, stderr } = await replay(path('named.json'));
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(words)]);
    }
  });
});

/** The catalog of a day, as `--catalog` asks for it. */
function kept(day: string): string {
  const name = readdirSync(join(dbDir, 'catalogs')).find((each) =>
    readFileSync(join(dbDir, 'catalogs', each), 'utf8').includes(`"checkedAt":"${day}"`),
  );
  return `${dbDir}@sha256:${name?.replace('.json', '')}`;
}
