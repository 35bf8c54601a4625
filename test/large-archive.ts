import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarHeader } from '../packages/engine/src/image/testing/image-builder.ts';

const bodyBytes = 2 * 1024;
const packages = 3000;
const atOnce = 2000;

/**
 * Writes a docker-archive with one layer of 3,000 Debian packages and so many files of 2 KiB. Several members of gzip, and
 * frames of zstd, are one stream.
 */
export function largeArchive(path: string, files: number, compression: 'plain' | 'gzip' | 'zstd'): string {
  const fd = openSync(path, 'w');
  let at = 0;
  const write = (bytes: Buffer) => {
    at += writeSync(fd, bytes, 0, bytes.length, at);
  };
  const compress = {
    plain: (bytes: Buffer) => bytes,
    gzip: fastGzip,
    zstd: (bytes: Buffer) => zstdCompressSync(bytes),
  };
  const digest = createHash('sha256');
  const layer = (function* () {
    yield Buffer.concat([...database()]);
    // so few distinct bodies that making them costs little, yet no block of the compressor sees one twice
    const bodies = Array.from({ length: 100 }, (_, n) => noise(n));
    for (let from = 0; from < files; from += atOnce) {
      const entries = Array.from({ length: atOnce }, (_, n) => {
        const name = `srv/data/${Math.floor((from + n) / 500)}/file-${from + n}.dat`;
        return [tarHeader({ path: name }, bodyBytes), bodies[n % bodies.length]!];
      });
      yield Buffer.concat(entries.flat());
    }
    yield Buffer.alloc(1024);
  })();
  at = 512;
  for (const piece of layer) {
    digest.update(piece);
    write(compress[compression](piece));
  }
  writeSync(fd, tarHeader({ path: 'layer.tar' }, at - 512), 0, 512, 0);
  at = Math.ceil(at / 512) * 512;
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest.digest('hex')}`] },
    config: {},
    history: [{ created_by: 'COPY . /' }],
  });
  for (const block of member('config.json', Buffer.from(config))) write(block);
  const manifest = [{ Config: 'config.json', RepoTags: ['large:1'], Layers: ['layer.tar'] }];
  for (const block of member('manifest.json', Buffer.from(JSON.stringify(manifest)))) write(block);
  ftruncateSync(fd, at + 1024);
  closeSync(fd);
  return path;
}

function fastGzip(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 1 });
}

function* database(): Generator<Buffer> {
  yield* member('etc/os-release', Buffer.from('ID=debian\nVERSION_ID="12"\n'));
  const stanzas = Array.from(
    { length: packages },
    (_, n) =>
      `Package: made-up-${n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${n}-1\nDescription: ${'x'.repeat(400)}\n`,
  );
  yield* member('var/lib/dpkg/status', Buffer.from(stanzas.join('\n')));
}

function* member(path: string, content: Buffer): Generator<Buffer> {
  yield tarHeader({ path }, content.length);
  yield content;
  yield Buffer.alloc((512 - (content.length % 512)) % 512);
}

/** Bytes that are the same in every run. */
function noise(seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(bodyBytes);
  let state = seed + 1;
  for (let at = 0; at < bodyBytes; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 26;
  }
  return bytes;
}
