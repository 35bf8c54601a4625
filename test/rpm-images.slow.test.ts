import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';

const images = shared('images');
const feeds = shared('feeds');
const missing = images && feeds ? undefined : needsShared;
const scratch = scratchFolder();

/** From the mirror of whole feeds, or that of excerpts; only what the image needs, without ratings of NVD. */
async function judged(file: string, shard: string, mirror: string): Promise<ScanResult> {
  const dbDir = join(scratch.path, shard);
  await buildDatabase(dbDir, mirror, [shard]);
  await buildDatabase(dbDir, feeds!, ['eol', 'kev']);
  return (await scan(join(images!, file), dbDir)).result;
}

const found = ({ findings }: ScanResult) =>
  findings
    .filter(({ kind }) => kind === 'vulnerability')
    .map(({ id, package: pkg, fix, advisories }) => [
      id,
      pkg?.name,
      fix?.state,
      fix?.versions[0] ?? null,
      advisories[0] ?? null,
    ]);

const missingShards = ({ inputs }: ScanResult) => inputs.missing.filter((name) => !name.startsWith('ratings-'));

describe.skipIf(missing)(missing ?? 'images of rpm distros are judged by their distro', () => {
  afterAll(scratch.remove);

  it('UBI 8.0, by Red Hat', async () => {
    const result = await judged('ubi-8.0.docker.tar.gz', 'rhel-8', feeds!);
    expect(found(result)).toEqual(
      expect.arrayContaining([
        ['CVE-2024-2961', 'glibc-minimal-langpack', 'fixed', '2.28-236.el8_9.13', 'RHSA-2024:2722'],
        ['CVE-2024-28834', 'gnutls', 'fixed', '3.6.16-8.el8_9.3', 'RHSA-2024:1784'],
        ['CVE-2024-0727', 'openssl-libs', 'deferred', null, null],
      ]),
    );
    expect(missingShards(result)).toEqual([]);
  });

  it('modules of RHEL 8: a stream that an old document does not name is said to be unknown', async () => {
    const result = await judged('rhel-8-modular.oci.tar', 'rhel-8', feeds!);
    expect(found(result)).toEqual([]);
    expect(result.incomplete).toMatchObject(
      ['postgresql', 'postgresql-server'].map((name) => ({
        code: 'not-comparable',
        message: expect.stringMatching(
          new RegExp(`^rpm package ${name} .* CVE-2023-2454, CVE-2023-2455: which module stream`),
        ),
      })),
    );
  });

  it.each([
    ['amazonlinux-2023.oci.tar', 'amazon-linux-2023'],
    ['sles-15.3.oci.tar', 'sles-15.3'],
  ])('%s, by excerpts that know of nothing in it', async (file, shard) => {
    const result = await judged(file, shard, join(feeds!, 'excerpts'));
    expect(found(result)).toEqual([]);
    expect(result.incomplete).toEqual([]);
    expect(missingShards(result)).toEqual([]);
    expect(Object.keys(result.inputs.advisories)).toContain(shard);
  });
});
