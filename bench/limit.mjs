// The raw limits, as programs of their own: node limit.mjs headers|texts|gzip|zstd ARCHIVE
//   headers: walk the tar headers of all plain layers by pread of 4 KiB, bodies skipped; of jars the last 64 KiB are read, a
//            jar with jars in it whole
//   texts:   walk the headers likewise, and read every text of at most 1 MiB whole: what has no NUL byte in its first 4 KiB
//   gzip, zstd: inflate all layers, and digest their compressed bytes, nothing else
import { createHash } from 'node:crypto';
import { createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const [, , what, file] = process.argv;
const fd = openSync(file, 'r');
const window = Buffer.alloc(4096);

/** Calls back with every file of a tar that lies in `size` bytes at `offset`: name, offset and size of its body. */
function walk(offset, size, onFile) {
  let [start, end] = [0, 0];
  for (let at = offset; at + 512 <= offset + size; ) {
    if (at < start || at + 512 > end) {
      start = at;
      end = at + readSync(fd, window, 0, 4096, at);
    }
    const header = at - start;
    if (window[header] === 0) break;
    const bytes = octal(header + 124);
    onFile(header, at + 512, bytes);
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
}

function octal(at) {
  let value = 0;
  for (let index = at; index < at + 12 && window[index] >= 0x30; index++) value = value * 8 + window[index] - 0x30;
  return value;
}

const nameOf = (header) => window.toString('latin1', header, header + 100).replace(/\0.*$/s, '');
const jar = Buffer.from('.jar\0');

function readJar(offset, size) {
  const tail = Buffer.alloc(Math.min(size, 65_536));
  readSync(fd, tail, 0, tail.length, offset + size - tail.length);
  if (tail.includes('.jarPK')) readSync(fd, Buffer.alloc(size), 0, size, offset);
}

const largestText = 1024 * 1024;
const text = Buffer.alloc(largestText);

/** Bytes of a text; 0 for what is none. */
function readText(offset, size) {
  const first = readSync(fd, text, 0, Math.min(size, 4096), offset);
  if (text.subarray(0, first).includes(0)) return 0;
  return size > first ? first + readSync(fd, text, first, size - first, offset + first) : first;
}

const members = [];
walk(0, fstatSync(fd).size, (header, offset, size) => members.push({ name: nameOf(header), offset, size }));
let [entries, textBytes] = [0, 0];
for (const { name, offset, size } of members) {
  const magic = Buffer.alloc(4);
  readSync(fd, magic, 0, 4, offset);
  if (what === 'headers') {
    if (!name.endsWith('.tar')) continue;
    walk(offset, size, (header, at, bytes) => {
      entries++;
      const end = window.indexOf(0, header);
      if (bytes > 0 && end < header + 100 && window.compare(jar, 0, 5, end - 4, end + 1) === 0) readJar(at, bytes);
    });
    continue;
  }
  if (what === 'texts') {
    if (!name.endsWith('.tar')) continue;
    walk(offset, size, (header, at, bytes) => {
      const regular = window[header + 156] === 0x30 || window[header + 156] === 0;
      if (!regular || bytes === 0 || bytes > largestText) return;
      const read = readText(at, bytes);
      if (read > 0) entries++;
      textBytes += read;
    });
    continue;
  }
  if (magic.readUInt32LE(0) !== 0xfd2fb528 && magic.readUInt16LE(0) !== 0x8b1f) continue;
  const hash = createHash('sha256');
  const inflate = what === 'gzip' ? createGunzip({ chunkSize: 131072 }) : createZstdDecompress({ chunkSize: 131072 });
  const raw = createReadStream(file, { start: offset, end: offset + size - 1, highWaterMark: 131072 });
  raw.on('data', (chunk) => hash.update(chunk));
  for await (const chunk of raw.pipe(inflate)) entries += chunk.length;
  hash.digest('hex');
}
console.log(entries, ...(what === 'texts' ? [textBytes] : []));
