import { column } from './columns.ts';
import { blockSize } from './tar/tar-header.ts';

/** Where the content of an entry is. */
export interface Place {
  /** of the body in the uncompressed layer */
  readonly offset: number;
  /** index of the entry that holds the content */
  readonly holder: number;
}

/** Words of a piece are 2 to the power of this. */
const pieceBits = 11;
const pieceWords = 2 ** pieceBits;
const inPiece = pieceWords - 1;
/** The last one that a word counts: 2 TiB. */
const lastBlock = 0xffffffff;

/** A growing list of places as numbers, in pieces: a layer has 100,000, and hardly one is asked for. */
export class PlaceTable {
  #length = 0;
  /** of each entry the block that its body begins at */
  readonly #pieces: Uint32Array[] = [];
  /** the last of them */
  #piece = new Uint32Array(0);
  /** offsets that take more than a word, by index: an archive with holes may claim any size */
  readonly #far = new Map<number, number>();
  /** those of entries whose content another one holds */
  readonly #holders = new Map<number, number>();

  /** @param offset a multiple of the size of a block, as all bodies of a tar lie */
  push(offset: number): void {
    const at = this.#length & inPiece;
    if (at === 0) {
      this.#piece = column(Uint32Array, pieceWords);
      this.#pieces.push(this.#piece);
    }
    const block = offset / blockSize;
    if (block > lastBlock) {
      this.#far.set(this.#length, offset);
    }
    this.#piece[at] = block;
    this.#length += 1;
  }

  /** A further entry, with the content that `holder` has; -1: it is not here. */
  pushHeld(offset: number, holder: number): void {
    this.#holders.set(this.#length, holder);
    this.push(offset);
  }

  at(index: number): Place {
    const block = this.#pieces[index >>> pieceBits]![index & inPiece]!;
    const offset = this.#far.get(index) ?? block * blockSize;
    return { offset, holder: this.#holders.get(index) ?? index };
  }
}
