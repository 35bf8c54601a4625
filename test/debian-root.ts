import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why no root can be made here, or undefined when one can; said in the names of skipped tests. */
export const noDebianRoot = ['/usr/bin/apt-get', '/usr/bin/dpkg-deb'].every((path) => existsSync(path))
  ? undefined
  : 'needs Debian’s apt and its mirror';

const folders = ['bin', 'sbin', 'lib', 'lib64'];

/**
 * Makes a root of these packages of the release that runs here, as they are in the archive: their files and dpkg's record of
 * them. Nothing of it is configured, which takes debootstrap minutes and a program nothing.
 */
export function makeDebianRoot(root: string, packages: readonly string[]): void {
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  for (const name of folders) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  const debs = mkdtempSync(`${root}-debs-`);
  execFileSync('apt-get', ['-qq', 'download', ...packages], { cwd: debs, stdio: 'ignore' });
  let status = '';
  for (const deb of readdirSync(debs).sort()) {
    // through tar, which leaves a link to a folder where the archive has that folder
    const files = execFileSync('dpkg-deb', ['--fsys-tarfile', join(debs, deb)], { maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '--keep-directory-symlink', '-C', root], { input: files });
    const control = execFileSync('dpkg-deb', ['--field', join(debs, deb)], { encoding: 'utf8' });
    status += control.replace('\n', '\nStatus: install ok installed\n').concat('\n');
  }
  writeFileSync(join(root, 'var/lib/dpkg/status'), status);
  mkdirSync(join(root, 'tmp'), { recursive: true, mode: 0o1777 });
  rmSync(debs, { recursive: true });
}
