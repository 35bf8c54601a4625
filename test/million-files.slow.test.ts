/** An image of a million small files, with every fact asked for: time grows with their number, memory stays bounded. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256, tarHeader } from '../packages/engine/src/image/testing/image-builder.ts';
import { launcher, scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const noTime = existsSync('/usr/bin/time') ? undefined : "needs Debian's `time`";
const body = Buffer.alloc(512, 'port: 80\nname: shop\n');
const perWrite = 10_000;

/** A docker-archive with one plain layer. */
function archiveOf(files: number): string {
  const path = join(scratch.path, `${files}.tar`);
  const fd = openSync(path, 'w');
  const member = (name: string, content: string) => {
    const bytes = Buffer.from(content);
    writeSync(fd, tarHeader({ path: name }, bytes.length));
    writeSync(fd, Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]));
  };
  const config = JSON.stringify({
    rootfs: { type: 'layers', diff_ids: [sha256(Buffer.from(path))] },
    config: {},
    history: [{ created_by: 'COPY . /srv' }],
  });
  member('config.json', config);
  member('manifest.json', JSON.stringify([{ Config: 'config.json', RepoTags: ['many:1'], Layers: ['layer.tar'] }]));
  writeSync(fd, tarHeader({ path: 'layer.tar' }, files * 1024 + 1024));
  for (let at = 0; at < files; at += perWrite) {
    const blocks: Buffer[] = [];
    for (let file = at; file < at + perWrite; file += 1) {
      blocks.push(tarHeader({ path: `srv/${Math.floor(file / 1000)}/${file}.yaml` }, body.length), body);
    }
    writeSync(fd, Buffer.concat(blocks));
  }
  writeSync(fd, Buffer.alloc(2048));
  closeSync(fd);
  return path;
}

function read(files: number) {
  const archive = archiveOf(files);
  const out = join(scratch.path, 'out.json');
  const command = [
    process.execPath,
    launcher,
    'sbom',
    archive,
    '--facts',
    'all',
    '--no-cache',
    '--format',
    `json=${out}`,
  ];
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', '-q', ...command], { encoding: 'utf8' });
  rmSync(archive);
  if (!existsSync(out)) throw new Error(stderr);
  const [user = 0, system = 0, kilobytes = 0] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { status, cpu: user + system, megabytes: kilobytes / 1024, result: JSON.parse(readFileSync(out, 'utf8')) };
}

describe.skipIf(noTime)(`a million small files${noTime ? ` (skipped: ${noTime})` : ''}`, () => {
  it('are read in proportion, and leave nothing out', { timeout: 600_000 }, () => {
    const [few, many] = [read(100_000), read(1_000_000)];
    expect([few.status, many.status]).toEqual([0, 0]);
    expect(many.result.incomplete).toEqual([]);
    expect(many.result.facts.secrets).toEqual([]);
    // in proportion it is 10 times, less what starting costs
    expect(many.cpu).toBeLessThan(16 * few.cpu + 2);
    expect(many.megabytes).toBeLessThan(500);
  });
});
