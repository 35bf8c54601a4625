// The raw limits, as programs of their own: node limit.mjs headers|inflate FILE OFFSET SIZE
//   headers: walk the tar headers of a plain layer by pread of 4 KiB, bodies skipped
//   inflate: inflate a gzip layer and digest its compressed bytes, nothing else
import { createHash } from 'node:crypto';
import { createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';

const [, , what, file, offsetText, sizeText] = process.argv;
const [offset, size] = [Number(offsetText), Number(sizeText)];

if (what === 'headers') {
  const fd = openSync(file, 'r');
  const window = Buffer.alloc(4096);
  let [windowStart, windowEnd, entries] = [0, 0, 0];
  for (let at = offset; at + 512 <= offset + size; ) {
    if (at < windowStart || at + 512 > windowEnd) {
      windowStart = at;
      windowEnd = at + readSync(fd, window, 0, 4096, at);
    }
    const header = window.subarray(at - windowStart, at - windowStart + 512);
    if (header[0] === 0) break;
    entries++;
    at += 512 + Math.ceil(parseInt(header.toString('latin1', 124, 136), 8) / 512) * 512;
  }
  console.log(entries);
} else {
  const hash = createHash('sha256');
  const gunzip = createGunzip({ chunkSize: 131072 });
  const raw = createReadStream(file, { start: offset, end: offset + size - 1, highWaterMark: 131072 });
  raw.on('data', (chunk) => hash.update(chunk));
  let bytes = 0;
  for await (const chunk of raw.pipe(gunzip)) bytes += chunk.length;
  console.log(bytes, hash.digest('hex'));
}
