/**
 * What two documents of one result have in common, made once: the first writes it and keeps its bytes, the second reads them.
 * They are outside of the heap, where the collector would copy and visit them, and gone with the second.
 */
const blockBytes = 1024 * 1024;

interface Kept {
  readonly bytes: Buffer;
  /** of each piece, within `bytes` */
  readonly ends: readonly number[];
}

/** @returns a function that gives what `make` gave for the same key; what it keeps is used up by every second call */
export function onceForSeveral(): (key: object, make: () => Iterable<string>) => Iterable<string> {
  const made = new WeakMap<object, readonly Kept[]>();
  return function* (key, make) {
    const known = made.get(key);
    if (known !== undefined) {
      made.delete(key);
      for (const block of known) yield* read(block);
      return;
    }
    const blocks: Kept[] = [];
    let open: string[] = [];
    let chars = 0;
    for (const piece of make()) {
      open.push(piece);
      chars += piece.length;
      yield piece;
      if (chars < blockBytes) continue;
      blocks.push(keep(open));
      open = [];
      chars = 0;
    }
    blocks.push(keep(open));
    made.set(key, blocks);
  };
}

function keep(pieces: readonly string[]): Kept {
  let end = 0;
  const ends = pieces.map((piece) => (end += Buffer.byteLength(piece)));
  return { bytes: Buffer.from(pieces.join('')), ends };
}

function* read({ bytes, ends }: Kept): Generator<string> {
  let start = 0;
  for (const end of ends) {
    yield bytes.toString('utf8', start, end);
    start = end;
  }
}
