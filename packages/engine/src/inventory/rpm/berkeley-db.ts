import { JoinBuffer, SeenPages, type TellDamage } from './header-blobs.ts';

/** Berkeley DB's `db_page.h` names these; all pages begin with 26 bytes of which a few matter here. */
const magics: ReadonlyMap<number, 'hash' | 'btree'> = new Map([
  [0x00061561, 'hash'],
  [0x00053162, 'btree'],
]);
const pageHead = 26;
const magicAt = 12;
const pageType = {
  free: 0,
  hashUnsorted: 2,
  btreeInner: 3,
  btreeLeaf: 5,
  overflow: 7,
  hashMeta: 8,
  btreeMeta: 9,
  hash: 13,
};
const without: ReadonlySet<number> = new Set([
  pageType.free,
  pageType.btreeInner,
  pageType.overflow,
  pageType.hashMeta,
  pageType.btreeMeta,
]);
const hashItem = { plain: 1, offPage: 3 };
const btreeItem = { plain: 1, overflow: 3, deleted: 0x80 };
/** flag of the metadata page: pages carry checksums, and their heads are longer; rpm never asks for them */
const checksums = 0x01;

interface Pages {
  readonly body: Buffer;
  readonly pageSize: number;
  readonly count: number;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  readonly seen: SeenPages;
  readonly join: JoinBuffer;
  readonly damaged: TellDamage;
}

/** Whether this is a Berkeley DB file of a kind that rpm uses. */
export function isBerkeleyDb(body: Buffer): boolean {
  return (
    body.length >= magicAt + 4 && (magics.has(body.readUInt32LE(magicAt)) || magics.has(body.readUInt32BE(magicAt)))
  );
}

/**
 * The headers in a `Packages` file of Berkeley DB, hash or B-tree, of either byte order.
 *
 * All pages are gone through in the order of the file instead of following buckets and tree: pages that were given back
 * are marked as free, so what holds items is live, and a broken link to a page hides nothing.
 *
 * @see https://docs.oracle.com/cd/E17276_01/html/programmer_reference/am_conf.html
 */
export function* berkeleyBlobs(body: Buffer, damaged: TellDamage): Generator<Buffer> {
  const pages = openPages(body, damaged);
  if (pages === null) return;
  const { pageSize, count, u32, seen } = pages;
  for (let page = 1; page < count; page += 1) {
    const at = page * pageSize;
    const type = body[at + 25]!;
    if (type !== pageType.free && u32(at + 8) !== page) damaged(`page ${page} says that it is another`);
    if (type === pageType.hash || type === pageType.hashUnsorted) yield* hashItems(pages, page);
    else if (type === pageType.btreeLeaf) yield* btreeItems(pages, page);
    else if (!without.has(type)) damaged(`page ${page} is of the unknown kind ${type}`);
  }
  for (let page = 1; page < count; page += 1) {
    if (body[page * pageSize + 25] === pageType.overflow && !seen.has(page)) {
      damaged(`page ${page} belongs to no package`);
      return;
    }
  }
}

function openPages(body: Buffer, damaged: TellDamage): Pages | null {
  if (body.length < 72) {
    damaged('it is too short for Berkeley DB');
    return null;
  }
  const little = magics.has(body.readUInt32LE(magicAt));
  const u16 = little ? (at: number) => body.readUInt16LE(at) : (at: number) => body.readUInt16BE(at);
  const u32 = little ? (at: number) => body.readUInt32LE(at) : (at: number) => body.readUInt32BE(at);
  const pageSize = u32(20);
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) {
    damaged(`its pages cannot have ${pageSize} bytes`);
    return null;
  }
  if (body[24] !== 0 || (body[26]! & checksums) !== 0) {
    damaged('its pages are encrypted or have checksums, which rpm never asks for');
    return null;
  }
  const count = Math.floor(body.length / pageSize);
  if (u32(32) >= count || body.length % pageSize !== 0) {
    damaged(`it is cut short: ${body.length} bytes of ${(u32(32) + 1) * pageSize}`);
  }
  return { body, pageSize, count, u16, u32, seen: new SeenPages(count), join: new JoinBuffer(), damaged };
}

/** Offsets of the items of a page that lie in it; null and a word when one does not. */
function itemOffsets({ body, pageSize, u16, damaged }: Pages, page: number): readonly number[] | null {
  const start = page * pageSize;
  const entries = u16(start + 20);
  const first = pageHead + 2 * entries;
  if (entries % 2 !== 0 || first > pageSize || start + pageSize > body.length) {
    damaged(`page ${page} cannot have ${entries} items`);
    return null;
  }
  const offsets = Array.from({ length: entries }, (_, index) => u16(start + pageHead + 2 * index));
  if (offsets.every((offset) => offset >= first && offset < pageSize)) return offsets;
  damaged(`an item of page ${page} lies outside of it`);
  return null;
}

/** Keys and values in turn, laid down from the end of the page: an item ends where the one before it begins. */
function* hashItems(pages: Pages, page: number): Generator<Buffer> {
  const { body, pageSize, u32, damaged } = pages;
  const offsets = itemOffsets(pages, page) ?? [];
  const start = page * pageSize;
  for (let index = 0; index < offsets.length; index += 2) {
    const [key, value] = [offsets[index]!, offsets[index + 1]!];
    const keyEnd = index === 0 ? pageSize : offsets[index - 1]!;
    if (key >= keyEnd || value >= key) {
      damaged(`the items of page ${page} overlap`);
      return;
    }
    if (isCounter(body.subarray(start + key + 1, start + keyEnd))) continue;
    const kind = body[start + value];
    if (kind === hashItem.plain) yield body.subarray(start + value + 1, start + key);
    else if (kind === hashItem.offPage && key - value >= 12) {
      const blob = joinChain(pages, u32(start + value + 4), u32(start + value + 8));
      if (blob !== null) yield blob;
    } else damaged(`page ${page} has an item of the unknown kind ${kind}`);
  }
}

function* btreeItems(pages: Pages, page: number): Generator<Buffer> {
  const { body, pageSize, u16, u32, damaged } = pages;
  const offsets = itemOffsets(pages, page) ?? [];
  const start = page * pageSize;
  const used = new Set<number>();
  for (let index = 0; index < offsets.length; index += 2) {
    const [key, value] = [start + offsets[index]!, start + offsets[index + 1]!];
    if (used.has(value) || value + 12 > start + pageSize || key + 3 + u16(key) > start + pageSize) {
      damaged(`the items of page ${page} overlap or lie outside of it`);
      return;
    }
    used.add(value);
    const kind = body[value + 2]!;
    if ((kind & btreeItem.deleted) !== 0 || isCounter(body.subarray(key + 3, key + 3 + u16(key)))) continue;
    if (kind === btreeItem.plain) yield body.subarray(value + 3, Math.min(value + 3 + u16(value), start + pageSize));
    else if (kind === btreeItem.overflow) {
      const blob = joinChain(pages, u32(value + 4), u32(value + 8));
      if (blob !== null) yield blob;
    } else damaged(`page ${page} has an item of the unknown kind ${kind}`);
  }
}

/** Package numbers begin with 1; under 0 stands the next free one. */
function isCounter(key: Buffer): boolean {
  return key.length === 4 && key.readUInt32LE(0) === 0;
}

/** A value that does not fit a page lies in a chain of pages of its own. */
function joinChain(pages: Pages, first: number, length: number): Buffer | null {
  const { body, pageSize, count, u16, u32, seen, join, damaged } = pages;
  const parts: Buffer[] = [];
  let filled = 0;
  for (let page = first; page !== 0; page = u32(page * pageSize + 16)) {
    const at = page * pageSize;
    if (page >= count || body[at + 25] !== pageType.overflow || !seen.enter(page)) {
      damaged(`a header leads to page ${page}, which is none of its own`);
      return null;
    }
    const bytes = u16(at + 22);
    if (bytes > pageSize - pageHead || filled + bytes > length) {
      damaged(`page ${page} holds more than its header`);
      return null;
    }
    parts.push(body.subarray(at + pageHead, at + pageHead + bytes));
    filled += bytes;
  }
  if (filled === length) return join.join(parts, length);
  damaged(`a header of ${length} bytes ends after ${filled}`);
  return null;
}
