import type { TellDamage } from './header-blobs.ts';

const fileMagic = 'RpmP';
const slotMagic = 'Slot';
const blobMagic = 'BlbS';
const tailMagic = 'BlbE';
const slotBytes = 16;
const headSlots = 2;
const slotsPerPage = 4096 / slotBytes;
const blockBytes = 16;
const blobHead = 16;
const blobTail = 12;

/** Whether this is a `Packages.db` of rpm's own format. */
export function isNdb(body: Buffer): boolean {
  return isMagic(body, 0, fileMagic);
}

/**
 * The headers in a `Packages.db` of rpm's own format ("ndb"): pages of slots, each of which names the blocks that hold
 * one header. All numbers are little-endian.
 *
 * @see https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c
 */
export function* ndbBlobs(body: Buffer, damaged: TellDamage): Generator<Buffer> {
  if (body.length < headSlots * slotBytes) {
    damaged('it is too short for rpm’s own format');
    return;
  }
  const version = body.readUInt32LE(4);
  if (version !== 0) {
    damaged(`it is of the unknown version ${version}`);
    return;
  }
  const stated = body.readUInt32LE(12) * slotsPerPage;
  const slots = Math.min(stated, Math.floor(body.length / slotBytes));
  if (slots < stated || stated === 0) damaged('it ends within its list of packages');
  const seen = new Set<number>();
  let left = body.length;
  for (let slot = headSlots; slot < slots; slot += 1) {
    const at = slot * slotBytes;
    if (!isMagic(body, at, slotMagic)) {
      damaged(`entry ${slot} of its list of packages is none`);
      continue;
    }
    const index = body.readUInt32LE(at + 4);
    const block = body.readUInt32LE(at + 8);
    // a slot without a block is free
    if (block === 0) continue;
    const blob = blobAt(body, block * blockBytes, index, body.readUInt32LE(at + 12) * blockBytes, damaged);
    if (blob === null) continue;
    left -= blob.length;
    if (seen.has(index) || left < 0) {
      damaged(`package ${index} is listed twice or overlaps another`);
      if (left < 0) return;
      continue;
    }
    seen.add(index);
    yield blob;
  }
}

function blobAt(body: Buffer, at: number, index: number, space: number, damaged: TellDamage): Buffer | null {
  if (at + blobHead + blobTail > body.length || !isMagic(body, at, blobMagic) || body.readUInt32LE(at + 4) !== index) {
    damaged(`package ${index} is not where its list says`);
    return null;
  }
  const length = body.readUInt32LE(at + 12);
  const end = at + blobHead + length;
  const tail = Math.ceil((end + blobTail) / blockBytes) * blockBytes - blobTail;
  if (tail + blobTail > body.length || tail + blobTail !== at + space) {
    damaged(`package ${index} cannot have ${length} bytes`);
    return null;
  }
  const whole = isMagic(body, tail + 8, tailMagic) && body.readUInt32LE(tail + 4) === length;
  if (!whole || body.readUInt32LE(tail) !== adler32(body, at, tail)) {
    damaged(`the checksum of package ${index} does not agree`);
  }
  return body.subarray(at + blobHead, end);
}

function isMagic(body: Buffer, at: number, magic: string): boolean {
  if (at + magic.length > body.length) return false;
  for (let index = 0; index < magic.length; index += 1) if (body[at + index] !== magic.charCodeAt(index)) return false;
  return true;
}

/** The checksum of zlib; 5552 bytes are the most that cannot overflow 32 bits. */
function adler32(body: Buffer, start: number, end: number): number {
  let low = 1;
  let high = 0;
  for (let at = start; at < end; ) {
    const stop = Math.min(at + 5552, end);
    for (; at < stop; at += 1) {
      low += body[at]!;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}
