/**
 * What two documents of one result have in common, made once: the first writes it and keeps its bytes, the second reads them.
 * They are outside of the heap, where the collector would copy and visit them, and gone with the second.
 */
const blockBytes = 1024 * 1024;

interface Block {
  readonly bytes: Buffer;
  /** of each piece, within `bytes` */
  readonly ends: number[];
}

/** @returns a function that gives what `make` gave for the same key; what it keeps is used up by every second call */
export function onceForSeveral(): (key: object, make: () => Iterable<string>) => Iterable<string> {
  const made = new WeakMap<object, readonly Block[]>();
  return function* (key, make) {
    const known = made.get(key);
    if (known !== undefined) {
      made.delete(key);
      for (const block of known) yield* read(block);
      return;
    }
    const blocks: Block[] = [];
    for (const piece of make()) {
      const most = piece.length * 3;
      let block = blocks.at(-1);
      if (block === undefined || (block.ends.at(-1) ?? 0) + most > block.bytes.length) {
        block = { bytes: Buffer.allocUnsafeSlow(Math.max(blockBytes, most)), ends: [] };
        blocks.push(block);
      }
      const start = block.ends.at(-1) ?? 0;
      block.ends.push(start + block.bytes.write(piece, start));
      yield piece;
    }
    made.set(key, blocks);
  };
}

function* read({ bytes, ends }: Block): Generator<string> {
  let start = 0;
  for (const end of ends) {
    yield bytes.toString('utf8', start, end);
    start = end;
  }
}
