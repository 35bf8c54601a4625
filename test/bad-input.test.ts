import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerArchive,
  type FixtureEntry,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  sha256,
  tarArchive,
  tarHeader,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { boundedIn, expectRefused, judgedBy } from './bounded-program.ts';
import { cleanLayers, dpkgStatus, osRelease, writeImage } from './images.ts';
import { buildDatabase } from './mirror.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const bounded = boundedIn(folder.path);
let database = '';
beforeAll(async () => {
  database = await buildDatabase(folder.path);
});

const judged = () => judgedBy(database);
const image = fixtureImage({ layers: cleanLayers });
const tenGiB = 10 * 1024 ** 3;

describe.concurrent('an archive that is no whole image: 3', () => {
  const docker = dockerArchive(image);
  const oci = ociArchive([image]);
  const files = ociLayoutFiles([image]);
  const [layerPath = ''] = [...files.keys()].filter((path) => files.get(path)?.[0] === 0x1f);
  const archive = (changed: ReadonlyMap<string, Buffer>) =>
    tarArchive([...changed].map(([path, content]) => ({ path, content })));
  const withLayer = (change: (bytes: Buffer) => Buffer): Buffer =>
    archive(new Map([...files].map(([path, bytes]) => [path, path === layerPath ? change(bytes) : bytes])));
  const withType = (mediaType: string): Buffer =>
    ociArchive([image], {
      manifest: (m) => ({ ...m, layers: (m.layers as object[]).map((l) => ({ ...l, mediaType })) }),
    });
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['an empty file', Buffer.alloc(0), /empty\.tar: the file is empty/],
    ['noise', Buffer.alloc(20_000, 'noise '), /no image archive/],
    ['a tar that is no image', tarArchive([osRelease]), /no image archive \(it has no manifest\.json or index\.json\)/],
    ['nothing but an end', Buffer.alloc(10_240), /no image archive|no manifest/],
    ['truncated in a layer', docker.subarray(0, 3000), /end|truncated|claims more/],
    ['truncated in a header', oci.subarray(0, 700), /end|truncated|claims more/],
    ['truncated within the gzip of the whole', gzipSync(docker).subarray(0, 500), /end|truncated/],
    ['a layer that is truncated', withLayer((bytes) => bytes.subarray(0, -30)), /sha256:|bytes/],
    ['corrupt: a header of another checksum', Buffer.concat([Buffer.from('x'), docker.subarray(1)]), /checksum|header/],
    ['corrupt: the gzip of the whole', corrupted(gzipSync(docker)), /gzip|compress|corrupt/i],
    ['corrupt: its manifest', dockerWith('manifest.json', '[{"Config":'), /manifest\.json/],
    ['corrupt: a manifest of another shape', dockerWith('manifest.json', '{"a":1}'), /manifest\.json/],
    [
      'corrupt: a config of another shape',
      dockerWith('manifest.json', '[{"Config":"manifest.json","Layers":[]}]'),
      /manifest\.json|config/,
    ],
    [
      'a wrong digest',
      withLayer((bytes) => gzipSync(tarArchive([osRelease]), { level: bytes.length > 0 ? 1 : 9 })),
      /sha256:/,
    ],
    ['an unknown media type', withType('application/vnd.example.layer+lzip'), /application\/vnd\.example\.layer\+lzip/],
    [
      'a missing layer',
      archive(new Map([...files].filter(([path]) => path !== layerPath))),
      /missing|not there|not in/,
    ],
    [
      'a missing layer of a docker-archive',
      dockerWith('manifest.json', '[{"Config":"c.json","Layers":["gone/layer.tar"]}]'),
      /missing|not there|not in|lacks/,
    ],
    [
      'layers that lie outside',
      dockerWith('manifest.json', '[{"Config":"../../etc/passwd","Layers":["/etc/passwd"]}]'),
      /missing|not there|not in|leaves|lacks/,
    ],
    [
      'a layer of 10 GiB that is not there',
      dockerArchive(fixtureImage({ layers: [tarHeader({ path: 'big' }, tenGiB)] })),
      /more bytes|truncated|end/,
    ],
    [
      'the same, compressed',
      ociArchive([fixtureImage({ layers: [tarHeader({ path: 'big' }, tenGiB)] })]),
      /more bytes|truncated|end/,
    ],
    [
      'a member of 10 GiB that is not there',
      Buffer.concat([tarHeader({ path: 'manifest.json' }, tenGiB), Buffer.alloc(1024)]),
      /more bytes|truncated|end/,
    ],
  ];
  test.each(cases)('%s', async (name, bytes, message) => {
    const path = join(
      folder.path,
      `bad ${name.replaceAll(/[^a-z0-9]+/gi, '-')}.tar`.replace('bad an-empty-file', 'empty'),
    );
    writeFileSync(path, bytes);
    const ran = await bounded(['scan', path, ...judged()]);
    expectRefused(ran, 3, message);
    expect(ran.stderr.includes(path) || ran.stderr.includes('layer 1 of 1')).toBe(true);
  });

  test('links of archive members that loop or leave', async () => {
    const member = (entries: readonly FixtureEntry[]): Buffer =>
      tarArchive([
        { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["l/layer.tar"]}]' },
        { path: 'c.json', content: image.config },
        ...entries,
      ]);
    for (const [name, linkTarget] of Object.entries({
      loop: 'layer.tar',
      leaves: '../../../../etc/passwd',
      gone: 'x',
    })) {
      const path = join(folder.path, `link-${name}.tar`);
      writeFileSync(path, member([{ path: 'l/layer.tar', type: 'symlink', linkTarget }]));
      expectRefused(await bounded(['scan', path, ...judged()]), 3, /l\/layer\.tar/);
    }
  });

  test('paths that are no image', async () => {
    mkdirSync(join(folder.path, 'hollow'));
    symlinkSync('self.tar', join(folder.path, 'self.tar'));
    expectRefused(await bounded(['scan', 'hollow', ...judged()]), 3, /hollow: a directory, but no OCI layout/);
    expectRefused(await bounded(['scan', 'self.tar', ...judged()]), 3, /self\.tar/);
    expectRefused(await bounded(['scan', '/dev/null', ...judged()]), 3, /\/dev\/null/);
    expectRefused(await bounded(['scan', 'oci-layout:hollow', ...judged()]), 3, /hollow: no OCI layout/);
    expectRefused(await bounded(['scan', 'rootfs:none', ...judged()]), 3, /none: no such/);
    expectRefused(await bounded(['scan', `docker-archive:${folder.path}`, ...judged()]), 3, /not a regular file/);
    const socket = join(folder.path, 'no.sock');
    const containerd = { CONTAINERD_ADDRESS: socket };
    expectRefused(
      await bounded(['scan', 'containerd:a/b', ...judged()], containerd),
      3,
      /no such socket; is it running/,
    );
    const env = { DOCKER_HOST: `unix://${socket}` };
    expectRefused(await bounded(['scan', 'docker:app', ...judged()], env), 3, /no such socket; is the engine running/);
    expectRefused(await bounded(['scan', 'app', ...judged()], env), 3, /app: no such file, and .*engine/);
  });

  function dockerWith(path: string, content: string): Buffer {
    return tarArchive([
      { path: 'c.json', content: image.config },
      { path, content },
    ]);
  }
});

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xa5, copy.length >> 1, (copy.length >> 1) + 40);
  return copy;
}

describe.concurrent('hostile layers: the rest is read, and the gate stays closed', () => {
  const status = dpkgStatus({ bash: '5.2.15-2' });
  const cases: readonly (readonly [string, readonly FixtureEntry[], number, string])[] = [
    ['a path with ..', [{ path: 'a/../../etc/passwd', content: 'x' }], 4, 'unsafe-path'],
    ['a hard link that leaves', [{ path: 'x', type: 'hardlink', linkTarget: '../../etc/shadow' }], 4, 'unsafe-path'],
    ['an absolute path is one of the image', [{ path: '/var/lib/dpkg/status', content: `${status.content}` }], 0, ''],
    ['links that leave', [{ path: 'etc/x', type: 'symlink', linkTarget: '../../../../etc/passwd' }], 0, ''],
    [
      'links that loop',
      [
        { path: 'a', type: 'symlink', linkTarget: 'b' },
        { path: 'b', type: 'symlink', linkTarget: 'a' },
      ],
      0,
      '',
    ],
    ['links that loop to the database', [{ path: 'var', type: 'symlink', linkTarget: 'var' }], 4, 'link-broken'],
    ['a path of 5,000 bytes', [{ path: 'p'.repeat(5000) }], 4, 'limit-reached'],
  ];
  test.each(cases)('%s', async (name, entries, expected, code) => {
    const path = writeImage(folder.path, `hostile ${name}`, [...cleanLayers, entries]);
    const ran = await bounded(['scan', path, ...judged(), '--format', 'json']);
    const { incomplete, packages } = JSON.parse(ran.stdout);
    expect(ran).toMatchObject({ status: expected, stderr: '' });
    if (code) expect(incomplete.map((entry: { code: string }) => entry.code)).toContain(code);
    else expect(packages).toMatchObject([{ name: 'bash' }]);
  });

  test('a plain body of 10 GiB, sparse on disk, is passed over', async () => {
    const path = join(folder.path, 'sparse.tar');
    const rest = tarArchive([osRelease, status]);
    const layerSize = 512 + tenGiB + rest.length;
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [sha256(Buffer.from('x'))] },
    });
    const tail = tarArchive([
      { path: 'c.json', content: config },
      { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["layer.tar"]}]' },
    ]);
    const file = openSync(path, 'w');
    writeSync(
      file,
      Buffer.concat([tarHeader({ path: 'layer.tar' }, layerSize), tarHeader({ path: 'big' }, tenGiB)]),
      0,
      1024,
      0,
    );
    writeSync(file, rest, 0, rest.length, 1024 + tenGiB);
    writeSync(file, tail, 0, tail.length, 512 + layerSize);
    closeSync(file);
    truncateSync(path, 512 + layerSize + tail.length);
    const ran = await bounded(['scan', path, ...judged(), '--format', 'json', '--platform', 'linux/amd64']);
    rmSync(path);
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout).packages).toMatchObject([{ name: 'bash' }]);
  });

  test('a gzip bomb: 4, and what stood before it is listed', async () => {
    const size = 1.5 * 1024 ** 3;
    const head = Buffer.concat([
      tarArchive([osRelease, status], { endMark: false }),
      tarHeader({ path: 'bomb' }, size),
    ]);
    // members of a gzip file follow each other: each of these is 16 MiB of zeros
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const blob = Buffer.concat([gzipSync(head), ...new Array<Buffer>(size / 1024 ** 2 / 16).fill(member)]);
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [sha256(Buffer.from('never reached'))] },
    });
    const path = join(folder.path, 'bomb.tar');
    const manifest = '[{"Config":"c.json","Layers":["layer.tar.gz"]}]';
    writeFileSync(
      path,
      tarArchive([
        { path: 'c.json', content: config },
        { path: 'layer.tar.gz', content: blob },
        { path: 'manifest.json', content: manifest },
      ]),
    );
    const ran = await bounded(['scan', path, ...judged(), '--format', 'json', '--platform', 'linux/amd64']);
    expect(ran.status).toBe(4);
    const { incomplete, packages } = JSON.parse(ran.stdout);
    expect(incomplete.map((entry: { code: string }) => entry.code)).toContain('limit-reached');
    expect(packages).toMatchObject([{ name: 'bash' }]);
  });
});
