import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEngine } from '../packages/engine/src/image/testing/fake-engine.ts';
import { fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { dpkgStatus, osRelease, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);

let database = '';
let image = '';
/** Many packages with a finding each, so that analyses and reports take time to write. */
const many = Object.fromEntries(Array.from({ length: 4000 }, (_, n) => [`package-${n * 7919}`, `${n}.${n % 7}-1`]));
const layers = [[osRelease, dpkgStatus({ ...many, openssl: '3.0.11-1~deb12u2' })]];

beforeAll(async () => {
  database = await buildDatabase(scratch.path);
  image = writeImage(scratch.path, 'many', layers);
});

/** Folders of one job: cache, temporary files and home, and reports. */
function job(name: string) {
  const [cache, temp, reports] = ['cache', 'temp', 'reports'].map((each) => join(at(name), each)) as [
    string,
    string,
    string,
  ];
  for (const folder of [cache, temp, reports]) mkdirSync(folder, { recursive: true });
  const html = join(reports, 'report.html');
  const json = join(reports, 'result.json');
  const args = (reference: string) =>
    // biome-ignore format: one option a pair
    ['scan', reference, '--db-dir', database, '--no-update', '--at', confirmedOn, '--cache-dir', cache, '--format', `json=${json}`,
      '--format', `html=${html}`];
  return { cache, temp, reports, html, json, args, env: { TMPDIR: temp } };
}
/** What no finished run leaves. */
const unfinished = ({ cache, temp, reports }: ReturnType<typeof job>) => [
  ...readdirSync(temp),
  ...readdirSync(reports).filter((name) => !['report.html', 'result.json'].includes(name)),
  ...readdirSync(cache).filter((name) => !name.endsWith('.layer')),
];

describe('a scan that is stopped in the middle of its image', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s: 130, no report and no temporary file', async (signal) => {
    const own = job(signal);
    let exporting = (_: ServerResponse) => {};
    // half of the image, and then nothing more
    const onExport = (response: ServerResponse, archive: Buffer) => {
      response.write(archive.subarray(0, archive.length >> 1), () => exporting(response));
    };
    const engine = await fakeEngine(scratch.path, {
      image: { ...fixtureImage({ layers }), names: ['app:1'] },
      onExport,
    });
    const ran = await plimsoll([...own.args('docker:app:1'), '--quiet'], {
      env: { ...own.env, DOCKER_HOST: engine.unix },
      started: (child) => {
        exporting = () => child.kill(signal);
      },
    });
    await engine.close();
    expect(ran).toEqual({ status: 130, stdout: '', stderr: 'plimsoll: interrupted\n' });
    expect([...unfinished(own), ...readdirSync(own.reports), ...readdirSync(own.cache)]).toEqual([]);
  });
});

it('a scan that is killed at any moment leaves nothing that is half, and the next one clears up after it', async () => {
  const own = job('killed');
  const started = performance.now();
  expect((await plimsoll(own.args(image), { env: own.env })).status).toBe(1);
  const whole = performance.now() - started;
  const wanted = [readFileSync(own.html, 'utf8'), readFileSync(own.json, 'utf8')];
  const moments = 8;
  let kills = 0;
  for (let moment = 1; moment <= moments; moment++) {
    for (const folder of [own.cache, own.reports]) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
    const { status } = await plimsoll(own.args(image), {
      env: own.env,
      started: (child) => setTimeout(() => child.kill('SIGKILL'), whole * (0.4 + (0.6 * moment) / moments)).unref(),
    });
    kills += Number(status === null);
    for (const [place, file] of [own.html, own.json].entries())
      if (existsSync(file)) expect(readFileSync(file, 'utf8')).toBe(wanted[place]);
    // whatever the cache holds now, the next run may take
    expect((await plimsoll(own.args(image), { env: own.env })).status).toBe(1);
    expect(unfinished(own)).toEqual([]);
    expect([own.html, own.json].map((file) => readFileSync(file, 'utf8'))).toEqual(wanted);
  }
  expect(kills).toBeGreaterThan(moments / 4);
});

it('a report that another job is writing stays', async () => {
  const own = job('beside');
  // of this process, which runs
  const { writerMark } = await import('../packages/engine/src/inventory/unfinished-files.ts');
  const theirs = `result.json${writerMark()}.part`;
  writeFileSync(join(own.reports, theirs), 'half');
  expect((await plimsoll(own.args(image), { env: own.env })).status).toBe(1);
  expect(unfinished(own)).toEqual([theirs]);
});
