import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundedIn, expectRefused, judgedBy } from './bounded-program.ts';
import { cleanLayers, writeImage } from './images.ts';
import { buildDatabase } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const bounded = boundedIn(folder.path);
let database = '';
beforeAll(async () => {
  database = await buildDatabase(folder.path);
});

const judged = () => judgedBy(database);

describe.concurrent('an SBOM that wants more than it is worth', () => {
  const written = (name: string, components: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${components}}`);
    return path;
  };

  test.each([
    ['200,000 entries in one component', `[{"components":[${'1,'.repeat(200_000)}1]}]`, 4],
    ['a distro that begins with a digit', '[{"type":"library","purl":"pkg:deb/2x/foo@1?distro=12"}]', 5],
  ])('%s: what was not read or judged is said', async (name, components, status) => {
    const ran = await bounded(['scan', written(`${name}.json`, components), ...judged(), '--format', 'json']);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout).incomplete).not.toEqual([]);
    expect(ran.status).toBe(status);
  });

  test('four million entries that are no components: 3', async () => {
    const file = written('entries.json', `[${'1,'.repeat(4_000_000)}1]`);
    expectRefused(await bounded(['scan', file, ...judged()]), 3, /more than 250000 components/);
  });

  test('in an image it is passed over, and the image is judged', async () => {
    const sbom = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${'1,'.repeat(4_000_000)}1]}`;
    const creators = JSON.stringify([`Tool: ${'-1'.repeat(200_000)}\n`]);
    const spdx = `{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":${creators}}}`;
    const sboms = [
      { path: 'a.cdx.json', content: sbom },
      { path: 'b.spdx.json', content: spdx },
    ];
    const withSboms = writeImage(folder.path, 'sboms', [...cleanLayers, sboms]);
    const ran = await bounded(['scan', withSboms, ...judged(), '--format', 'json']);
    const { incomplete, packages } = JSON.parse(ran.stdout);
    expect(incomplete).toEqual([expect.objectContaining({ code: 'application-unread', path: '/a.cdx.json' })]);
    expect(packages.length).toBeGreaterThan(0);
    expect(ran.status).toBe(0);
  });
});

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
