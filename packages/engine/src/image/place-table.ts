import { giveBack, grown } from './columns.ts';

/** Where the content of an entry is. */
export interface Place {
  /** which tar entry of the layer, counted from 0 */
  readonly ordinal: number;
  /** of the body in the uncompressed layer */
  readonly offset: number;
  /** index of the entry that holds the content */
  readonly holder: number;
}

/** A growing list of places as columns of numbers: a layer has 100,000, and hardly one is asked for. */
export class PlaceTable {
  #length = 0;
  #ordinals = new Int32Array(1024);
  #holders = new Int32Array(1024);
  #offsets = new Float64Array(1024);

  push(ordinal: number, offset: number, holder: number): void {
    const at = this.#length;
    if (at === this.#offsets.length) {
      this.#grow(2 * at);
    }
    this.#ordinals[at] = ordinal;
    this.#offsets[at] = offset;
    this.#holders[at] = holder;
    this.#length = at + 1;
  }

  /** Nobody asks for a place any more. */
  giveBack(): void {
    for (const column of [this.#ordinals, this.#holders, this.#offsets]) giveBack(column);
  }

  at(index: number): Place {
    return { ordinal: this.#ordinals[index]!, offset: this.#offsets[index]!, holder: this.#holders[index]! };
  }

  #grow(length: number): void {
    this.#ordinals = grown(this.#ordinals, length);
    this.#holders = grown(this.#holders, length);
    this.#offsets = grown(this.#offsets, length);
  }
}
