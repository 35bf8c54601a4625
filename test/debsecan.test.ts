import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askDebsecan,
  buildFromTracker,
  debsecanList,
  foundBy,
  noDebsecan,
  statusFileOf,
  trackerPath,
} from './debsecan.ts';
import { scratchFolder } from './program.ts';
import { scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

/*
 * debsecan, Debian's own program, is given the tracker's data in the form that Debian's server makes of it, and the dpkg
 * database of an image; it reads both itself and compares by libapt. What it finds is what the scan must find. The images
 * of Debian 12, and versions around every fix, are in debsecan.slow.test.ts.
 */
const feeds = shared('feeds');
const images = shared('images');
const missing = !feeds || !images ? needsShared : noDebsecan;
const named = (title: string) => (missing ? `${title} (skipped: ${missing})` : title);

const scratch = scratchFolder();
afterAll(scratch.remove);
const dbDir = join(scratch.path, 'db');

describe.skipIf(missing)(named('the same findings as debsecan'), () => {
  beforeAll(() => buildFromTracker(dbDir, feeds!, ['debian-8', 'debian-11']));

  const rows: readonly [file: string, codename: string, atLeast: number][] = [
    ['distroless-base-debian11.docker.tar', 'bullseye', 70],
    ['debian-8-dpkgdb.docker.tar.gz', 'jessie', 140],
  ];
  it.each(rows)('%s', async (file, codename, atLeast) => {
    const archive = join(images!, file);
    const root = join(scratch.path, `${file}.root`);
    writeRootfs(unpackImage(archive, scratch.path), root);
    const theirs = await askDebsecan(debsecanList(join(feeds!, trackerPath), codename), codename, statusFileOf(root));
    expect(theirs.length).toBeGreaterThanOrEqual(atLeast);
    const { result } = await scan(archive, dbDir);
    expect(foundBy(result)).toEqual(theirs);
  });
});
