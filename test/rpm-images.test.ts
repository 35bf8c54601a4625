import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';

const images = shared('images');
const feeds = shared('feeds');
const missing = images && feeds ? undefined : needsShared;
const scratch = scratchFolder();

/** Only what rpm distros need; ratings are absent, which the distro's own make up for. */
async function judged(
  file: string,
  shard: string,
): Promise<{ readonly status: number | null; readonly result: ScanResult }> {
  const dbDir = join(scratch.path, shard);
  await buildDatabase(dbDir, feeds!, [shard, 'eol', 'kev']);
  return scan(join(images!, file), dbDir);
}

describe.skipIf(missing)(missing ?? 'images of rpm distros are judged by their distro', () => {
  afterAll(scratch.remove);

  it('UBI 8.0, by Red Hat', async () => {
    const { result } = await judged('ubi-8.0.docker.tar.gz', 'rhel-8');
    const vulnerabilities = result.findings.filter(({ kind }) => kind === 'vulnerability');
    expect(vulnerabilities.map(({ id, package: pkg, fix }) => [id, pkg?.name, fix?.state, fix?.versions[0]])).toEqual(
      expect.arrayContaining([
        ['CVE-2024-2961', 'glibc-minimal-langpack', 'fixed', '2.28-236.el8_9.13'],
        ['CVE-2024-28834', 'gnutls', 'fixed', '3.6.16-8.el8_9.3'],
        ['CVE-2024-0727', 'openssl-libs', 'deferred', undefined],
      ]),
    );
    expect(result.inputs.missing.filter((name) => name.startsWith('rhel'))).toEqual([]);
  });
});
