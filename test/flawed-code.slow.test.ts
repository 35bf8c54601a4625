import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../packages/engine/src/inventory/testing/zip.ts';
import { noDebianRoot } from './debian-root.ts';
import { osRelease } from './images.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, scan } from './scans.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (...parts: string[]): string => join(scratch.path, ...parts);
const noZip = spawnSync('zip', ['-v']).status === 0 ? undefined : 'needs zip';
const missing = noDebianRoot ?? noZip;

function put(path: string, content: string | Uint8Array = ''): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** As dpkg writes it: `/.`, and folders without a slash at their end. */
function listOf(members: string): string {
  const paths = members.split('\n').filter((path) => path !== '');
  return `${paths.map((path) => (path === './' ? '/.' : path.slice(1).replace(/\/$/, ''))).join('\n')}\n`;
}

describe.skipIf(missing)(`packages of Debian as they are${missing ? ` (skipped: ${missing})` : ''}`, () => {
  beforeAll(async () => {
    const debs = at('debs');
    mkdirSync(debs);
    const packages = ['liblog4j2-java', 'libssl-doc', 'openssl', 'linux-libc-dev'];
    execFileSync('apt-get', ['-qq', 'download', ...packages], { cwd: debs, stdio: 'ignore' });
    let status = '';
    for (const deb of readdirSync(debs)) {
      const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', join(debs, deb)], { maxBuffer: 1 << 30 });
      const name = deb.split('_')[0]!;
      const files = execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8', maxBuffer: 1 << 30 });
      put(at(`root/var/lib/dpkg/info/${name}.list`), listOf(files));
      const control = execFileSync('dpkg-deb', ['--field', join(debs, deb)], { encoding: 'utf8' });
      status += control.replace('\n', '\nStatus: install ok installed\n').concat('\n');
      if (name === 'liblog4j2-java') execFileSync('tar', ['-x', '-C', debs], { input: tar });
    }
    put(at('root/var/lib/dpkg/status'), status);
    put(at('root', osRelease.path), osRelease.content);
    const jars = join(debs, 'usr/share/java');
    const jar = readdirSync(jars).find((name) => /^log4j-core-\d.*\.jar$/.test(name))!;
    mkdirSync(at('root/app'));
    for (const copy of ['with', 'without']) copyFileSync(join(jars, jar), at(`root/app/${copy}.jar`));
    execFileSync('zip', ['-q', '-d', at('root/app/without.jar'), '*/JndiLookup.class']);

    const open = { releases: { bookworm: { status: 'open', repositories: {}, urgency: 'not yet assigned' } } };
    const tracker = { openssl: { 'CVE-2024-1': open }, linux: { 'CVE-2024-2': open } };
    put(at('mirror/security-tracker.debian.org/tracker/data/json'), JSON.stringify(tracker));
    const record = {
      id: 'GHSA-jfh8-c2jp-5v3q',
      modified: '2024-01-02T00:00:00Z',
      aliases: ['CVE-2021-44228'],
      affected: [
        {
          package: { ecosystem: 'Maven', name: 'org.apache.logging.log4j:log4j-core' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '99' }] }],
        },
      ],
    };
    const zip = zipOf({ 'GHSA-jfh8-c2jp-5v3q.json': JSON.stringify(record) });
    put(at('mirror/osv-vulnerabilities.storage.googleapis.com/Maven/all.zip'), zip);
    await buildDatabase(at('db'), at('mirror'), ['debian-12', 'maven']);
  }, 300_000);

  it('tell documentation and headers from code, and Log4j with the class from Log4j without', async () => {
    const { result } = await scan(`rootfs:${at('root')}`, at('db'));
    const said = result.findings
      .filter(({ kind }) => kind === 'vulnerability')
      .map(({ id, package: about, evidence }) => {
        const where = about?.type === 'maven' ? evidence.path : about?.name;
        return `${id} ${where}: ${evidence.code?.state ?? 'unknown'}`;
      });
    expect(said.sort()).toEqual([
      'CVE-2021-44228 /app/with.jar: present',
      'CVE-2021-44228 /app/without.jar: absent',
      'CVE-2024-1 libssl-doc: absent',
      'CVE-2024-1 openssl: unknown',
      'CVE-2024-2 linux-libc-dev: absent',
    ]);
  }, 120_000);
});
