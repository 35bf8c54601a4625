import type { Finding } from '../matching/types.ts';
import type { Column, Rows } from './cel-selection.ts';
import type { FindingContext } from './finding-context.ts';

/** The findings of one kind as rules go through them: what a field of all of them holds is read once for all rules. */
export class FindingRows implements Rows {
  readonly #findings: readonly Finding[];
  readonly #context: FindingContext;
  readonly #columns = new Map<string, Column>();
  readonly #answers: Uint8Array;
  readonly draft: number[];

  readonly #asked: number;

  /**
   * @param context that the rules are given
   * @param asked how many of the findings the rules are asked of
   */
  constructor(findings: readonly Finding[], context: FindingContext, asked: number) {
    this.#findings = findings;
    this.#context = context;
    this.#asked = asked;
    this.draft = new Array(asked).fill(0);
    this.#answers = new Uint8Array(findings.length + 1);
  }

  look(place: number): void {
    this.#context.of(this.#findings[place]!);
  }

  column(path: string): Column {
    const known = this.#columns.get(path);
    if (known !== undefined) return known;
    const column = this.#read(path);
    this.#columns.set(path, column);
    return column;
  }

  emptyAnswers(): Uint8Array {
    return this.#answers.fill(0);
  }

  #read(path: string): Column {
    const [context, findings] = [this.#context, this.#findings];
    const names = path.split('.').slice(1);
    const field = names.pop() ?? '';
    // the parts of the context are the same whatever finding it looks at
    const part = names.reduce((of, name) => of[name] as Fields, context as unknown as Fields);
    const numbers = new Uint32Array(findings.length);
    const seen = new Map<unknown, number>();
    const first: number[] = [];
    let unread = this.#asked;
    const read = (place: number) => {
      context.of(findings[place]!);
      const value = part[field];
      let number = seen.get(value);
      if (number === undefined) {
        number = seen.size + 1;
        seen.set(value, number);
        first.push(place);
      }
      unread--;
      numbers[place] = number;
      return number;
    };
    return { numbers, read, values: () => (unread === 0 ? first : null) };
  }
}

interface Fields {
  readonly [name: string]: unknown;
}
