import type { EntryList, EntryType, LayerEntry } from './types.ts';

const types: readonly EntryType[] = ['file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'];
const numberOf = new Map(types.map((type, index) => [type, index]));
/** set where every character of the path is one byte */
const isAscii = 0x80;
const longestChar = 3;

/**
 * A growing list of entries as columns. A layer may have 200,000: as objects they are 60 MB that the collector of garbage
 * goes through again and again while the layer streams by, as columns 20 MB that it never looks at.
 */
export class EntryTable implements EntryList {
  #length = 0;
  #types = new Uint8Array(1024);
  #modes = new Uint16Array(1024);
  /** owner, group and size of one entry after the other */
  #numbers = new Float64Array(3 * 1024);
  /** where the paths end in `#paths` */
  #ends = new Float64Array(1024);
  #paths = Buffer.allocUnsafeSlow(64 * 1024);
  readonly #links = new Map<number, string>();

  get length(): number {
    return this.#length;
  }

  push({ path, type, mode, uid, gid, size, linkTarget }: LayerEntry): void {
    const at = this.#length;
    if (at === this.#types.length) {
      this.#grow();
    }
    const start = this.#startOf(at);
    const most = start + path.length * longestChar;
    if (most > this.#paths.length) {
      const paths = Buffer.allocUnsafeSlow(Math.max(most, 2 * this.#paths.length));
      this.#paths.copy(paths, 0, 0, start);
      this.#paths = paths;
    }
    const bytes = this.#paths.write(path, start, 'utf8');
    this.#ends[at] = start + bytes;
    this.#types[at] = numberOf.get(type)! | (bytes === path.length ? isAscii : 0);
    this.#modes[at] = mode;
    this.#numbers[3 * at] = uid;
    this.#numbers[3 * at + 1] = gid;
    this.#numbers[3 * at + 2] = size;
    if (linkTarget !== null) {
      this.#links.set(at, linkTarget);
    }
    this.#length = at + 1;
  }

  at(index: number): LayerEntry | undefined {
    if (index < 0 || index >= this.#length) {
      return undefined;
    }
    return {
      path: this.pathAt(index),
      type: types[this.#types[index]! & ~isAscii]!,
      mode: this.#modes[index]!,
      uid: this.#numbers[3 * index]!,
      gid: this.#numbers[3 * index + 1]!,
      size: this.#numbers[3 * index + 2]!,
      linkTarget: this.#links.get(index) ?? null,
    };
  }

  pathAt(index: number): string {
    const encoding = (this.#types[index]! & isAscii) === 0 ? 'utf8' : 'latin1';
    return this.#paths.toString(encoding, this.#startOf(index), this.#ends[index]);
  }

  *[Symbol.iterator](): Generator<LayerEntry> {
    for (let index = 0; index < this.#length; index += 1) {
      yield this.at(index)!;
    }
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!;
  }

  #grow(): void {
    const length = 2 * this.#types.length;
    const [oldTypes, oldModes, oldNumbers, oldEnds] = [this.#types, this.#modes, this.#numbers, this.#ends];
    this.#types = new Uint8Array(length);
    this.#modes = new Uint16Array(length);
    this.#numbers = new Float64Array(3 * length);
    this.#ends = new Float64Array(length);
    this.#types.set(oldTypes);
    this.#modes.set(oldModes);
    this.#numbers.set(oldNumbers);
    this.#ends.set(oldEnds);
  }
}
