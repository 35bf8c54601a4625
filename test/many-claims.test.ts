import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

// in a process of its own: how many arguments a call may have depends on the stack of the process
test('an SBOM in the image may claim more packages than a call can have arguments', async () => {
  const components = Array.from({ length: 200_000 }, (_, at) => ({ type: 'library', purl: `pkg:npm/a@${at}.0.0` }));
  const root = join(folder.path, 'root');
  mkdirSync(join(root, 'opt'), { recursive: true });
  writeFileSync(
    join(root, 'opt/app.cdx.json'),
    JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components }),
  );
  const report = join(folder.path, 'result.json');
  const { stderr } = await plimsoll(['sbom', `rootfs:${root}`, '--no-cache', '--format', `json=${report}`]);
  expect(stderr).toBe('');
  expect(JSON.parse(readFileSync(report, 'utf8')).packages).toHaveLength(components.length);
});
