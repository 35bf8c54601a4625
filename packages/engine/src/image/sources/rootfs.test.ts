import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { describe, expect, it } from 'vitest';
import { defaultReadLimits } from '../limits.ts';
import { readImage } from '../read-image.ts';
import { walkRootfs } from '../rootfs-walk.ts';
import { readSeen, recordingAnalyser, temporaryDirectory } from '../testing/reading.ts';

const top = temporaryDirectory();
writeFileSync(join(top, 'outside'), 'secret of the host');

let roots = 0;

/** A small root file system. */
function rootfs(change: (root: string) => void = () => {}): string {
  roots += 1;
  const root = join(top, `root-${roots}`);
  mkdirSync(join(root, 'etc/b'), { recursive: true });
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\n');
  writeFileSync(join(root, 'etc/.wh.name'), 'an ordinary file here');
  writeFileSync(join(root, 'etc/b.conf'), '');
  chmodSync(join(root, 'etc/b.conf'), 0o4711);
  symlinkSync('usr/lib', join(root, 'lib'));
  symlinkSync('../outside', join(root, 'out'));
  symlinkSync(top, join(root, 'up'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  change(root);
  return root;
}

describe('a root file system in a directory', () => {
  it('is one layer, and no link of it is followed', async () => {
    const read = await readSeen(`rootfs:${rootfs()}`);
    expect(read).toMatchObject({ kind: 'rootfs', layers: [], id: null, config: null, platform: null, digest: null });
    const { listing, files } = read.rootfs!;
    expect(listing.entries.map(({ path, type, size, linkTarget }) => [path, type, size, linkTarget])).toEqual([
      ['etc', 'directory', 0, null],
      ['etc/.wh.name', 'file', 21, null],
      ['etc/b', 'directory', 0, null],
      ['etc/b.conf', 'file', 0, null],
      ['etc/os-release', 'file', 10, null],
      ['lib', 'symlink', 0, 'usr/lib'],
      ['out', 'symlink', 0, '../outside'],
      ['pipe', 'fifo', 0, null],
      ['up', 'symlink', 0, top],
      ['usr', 'directory', 0, null],
      ['usr/lib', 'directory', 0, null],
    ]);
    expect(listing).toMatchObject({ whiteouts: [], opaque: [], problems: [] });
    expect(listing.entries.find((entry) => entry.path === 'etc/b.conf')?.mode).toBe(0o4711);
    expect(files.map(([path]) => path)).toEqual(['etc/.wh.name', 'etc/b.conf', 'etc/os-release']);
  });

  it('has a digest of its entries and of the bodies that were read', async () => {
    const digest = async (root: string, wants?: (path: string) => boolean) =>
      (await readSeen(`rootfs:${root}`, { analyser: recordingAnalyser(wants) })).rootfsDigest;
    const reference = await digest(rootfs());
    expect(reference).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await digest(rootfs((root) => symlinkSync('x', join(root, 'zz'))))).not.toBe(reference);
    expect(await digest(rootfs((root) => chmodSync(join(root, 'etc/b.conf'), 0o755)))).not.toBe(reference);
    const sameSize = rootfs((root) => writeFileSync(join(root, 'etc/os-release'), 'ID=alpine\n'));
    expect(await digest(sameSize)).not.toBe(reference);
    const unread = (path: string) => path !== 'etc/os-release';
    expect(await digest(sameSize, unread)).toBe(await digest(rootfs(), unread));
  });

  it('rereads single files, never through a link', async () => {
    const read = await readImage(`rootfs:${rootfs()}`, { analyser: recordingAnalyser(() => false) });
    const asked = new Set(['etc/os-release', 'out', 'up/outside', '../outside', 'etc/none', 'etc', 'pipe']);
    expect([...(await read.reread(0, asked))]).toEqual([['etc/os-release', Buffer.from('ID=debian\n')]]);
    await read.close();
  });

  it.skipIf(getuid?.() === 0)('tells what it may not read', async () => {
    const root = rootfs((at) => {
      chmodSync(join(at, 'etc/os-release'), 0);
      chmodSync(join(at, 'etc/b'), 0);
    });
    expect((await readSeen(`rootfs:${root}`)).rootfs?.listing.problems).toMatchObject([
      { code: 'file-unreadable', path: 'etc/b' },
      { code: 'file-unreadable', path: 'etc/os-release' },
    ]);
    // so that it can be removed
    chmodSync(join(root, 'etc/b'), 0o755);
  });

  it('tells a wanted file that vanished or became a link meanwhile', async () => {
    for (const change of [
      (path: string) => execFileSync('rm', [path]),
      (path: string) => execFileSync('ln', ['-sf', join(top, 'outside'), path]),
    ]) {
      const root = rootfs();
      const analyser = recordingAnalyser((path) => {
        if (path === 'etc/os-release') {
          change(join(root, path));
        }
        return path === 'etc/os-release';
      });
      const { listing, files } = (await readSeen(`rootfs:${root}`, { analyser })).rootfs!;
      expect(files).toEqual([]);
      expect(listing.problems).toMatchObject([{ code: 'file-unreadable', path: 'etc/os-release' }]);
    }
  });

  it('stops at its limits', async () => {
    const few = (await readSeen(`rootfs:${rootfs()}`, { limits: { maxEntriesPerLayer: 3 } })).rootfs!;
    expect(few.listing.entries).toHaveLength(3);
    expect(few.listing.problems).toMatchObject([{ code: 'limit-reached' }]);
    const small = (await readSeen(`rootfs:${rootfs()}`, { limits: { maxFileBytes: 15 } })).rootfs!;
    expect(small.listing.problems).toMatchObject([{ code: 'file-too-large', path: 'etc/.wh.name' }]);
  });

  it('does not walk what belongs to the running host', async () => {
    const root = rootfs((at) => {
      for (const folder of ['proc/1', 'sys/kernel', 'dev/pts', 'srv/proc']) {
        mkdirSync(join(at, folder), { recursive: true });
      }
    });
    const walked = async (isHostRoot: boolean) => {
      const visitor = recordingAnalyser(() => false).begin();
      const { analysis } = await walkRootfs(root, visitor, {
        limits: defaultReadLimits,
        signal: undefined,
        isHostRoot,
      });
      return analysis.listing;
    };
    const host = await walked(true);
    expect(host.problems.map(({ code, path }) => [code, path])).toEqual([
      ['file-unreadable', 'dev'],
      ['file-unreadable', 'proc'],
      ['file-unreadable', 'sys'],
    ]);
    const paths = host.entries.map((entry) => entry.path);
    expect(paths).toContain('srv/proc');
    expect(paths).not.toContain('proc/1');
    expect((await walked(false)).problems).toEqual([]);
  });

  it('refuses what is no directory', async () => {
    await expect(readSeen(`rootfs:${join(top, 'outside')}`)).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
  });
});
