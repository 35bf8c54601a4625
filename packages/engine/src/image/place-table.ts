import { column } from './columns.ts';

/** Where the content of an entry is. */
export interface Place {
  /** which tar entry of the layer, counted from 0 */
  readonly ordinal: number;
  /** of the body in the uncompressed layer */
  readonly offset: number;
  /** index of the entry that holds the content */
  readonly holder: number;
}

/** Words of a piece are 2 to the power of this. */
const pieceBits = 11;
const pieceWords = 2 ** pieceBits;
const inPiece = pieceWords - 1;
/** words of a place */
const words = 4;
/** what the second word of an offset counts */
const high = 2 ** 32;

/** A growing list of places as numbers, in pieces: a layer has 100,000, and hardly one is asked for. */
export class PlaceTable {
  #length = 0;
  readonly #pieces: Int32Array[] = [];
  /** the last of them */
  #piece = new Int32Array(0);

  push(ordinal: number, offset: number, holder: number): void {
    const at = (this.#length * words) & inPiece;
    if (at === 0) {
      this.#piece = column(Int32Array, pieceWords);
      this.#pieces.push(this.#piece);
    }
    const piece = this.#piece;
    piece[at] = ordinal;
    piece[at + 1] = holder;
    piece[at + 2] = offset;
    piece[at + 3] = offset / high;
    this.#length += 1;
  }

  at(index: number): Place {
    const piece = this.#pieces[(index * words) >>> pieceBits]!;
    const at = (index * words) & inPiece;
    return {
      ordinal: piece[at]!,
      holder: piece[at + 1]!,
      offset: piece[at + 3]! * high + (piece[at + 2]! >>> 0),
    };
  }
}
