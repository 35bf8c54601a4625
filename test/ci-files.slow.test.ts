import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { cleanLayers, dpkgStatus, osRelease, writeImage } from './images.ts';
import { launcher, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const ci = join(dirname(fileURLToPath(import.meta.url)), '..', 'ci');
const scratch = scratchFolder();
afterAll(scratch.remove);
const db = join(scratch.path, 'db');
const bin = join(scratch.path, 'bin');
const job = join(scratch.path, 'a job');

beforeAll(async () => {
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(db, join(scratch.path, 'mirror'), smallMirrorShards);
  mkdirSync(bin);
  symlinkSync(launcher, join(bin, 'plimsoll'));
  symlinkSync(process.execPath, join(bin, 'node'));
});

// biome-ignore lint/suspicious/noExplicitAny: the shapes are those of six vendors
type Yaml = any;

const yaml = (path: string): Yaml[] =>
  parseAllDocuments(readFileSync(join(ci, path), 'utf8')).map((document) => {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });

/** Where each vendor's file has what its runner runs. */
const scripts: Readonly<Record<string, () => string>> = {
  'gitlab/scan.yml': () => Object.values<Yaml>(yaml('gitlab/scan.yml')[1])[0].script.join('\n'),
  'github/action.yml': () => yaml('github/action.yml')[0].runs.steps.find((step: Yaml) => step.run).run,
  'azure/scan.yml': () => yaml('azure/scan.yml')[0].steps.find((step: Yaml) => step.script).script,
  'bitbucket/bitbucket-pipelines.yml': () =>
    yaml('bitbucket/bitbucket-pipelines.yml')[0].pipelines.default[0].step.script.join('\n'),
  'tekton/task.yaml': () => yaml('tekton/task.yaml')[0].spec.steps[0].script,
  'jenkins/plimsollScan.groovy': () =>
    /sh '''\n([\s\S]*?)'''/.exec(readFileSync(join(ci, 'jenkins/plimsollScan.groovy'), 'utf8'))![1]!,
};

function run(script: string, target: string) {
  rmSync(job, { recursive: true, force: true });
  mkdirSync(job);
  return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: job,
    encoding: 'utf8',
    env: {
      ...{ PATH: [bin, process.env.PATH].join(delimiter), HOME: scratch.path, PLIMSOLL_DB_DIR: db },
      ...{ PLIMSOLL_OFFLINE: 'true', PLIMSOLL_AT: feedsDay, PLIMSOLL_TARGET: target, PLIMSOLL_RULES: 'default' },
    },
  });
}

describe.each(Object.entries(scripts))('ci/%s', (_, script) => {
  it('passes and stops as the scan does, and leaves reports', () => {
    const sound = writeImage(scratch.path, 'sound "image" $HOME', cleanLayers);
    const curl = dpkgStatus({ curl: '7.88.1-10+deb12u1' });
    const unsound = writeImage(scratch.path, 'unsound', [[osRelease, curl]]);
    for (const [target, status, verdict] of [
      [sound, 0, 'pass'],
      [unsound, 1, 'fail'],
      ['nothing; exit 0', 3, undefined],
    ] as const) {
      const ran = run(script(), target);
      expect([target, ran.status]).toEqual([target, status]);
      if (verdict === undefined) continue;
      expect(JSON.parse(readFileSync(join(job, 'result.json'), 'utf8')).verdict.result).toBe(verdict);
      expect(readFileSync(join(job, 'report.html'), 'utf8')).toContain('</html>');
    }
  });
});
