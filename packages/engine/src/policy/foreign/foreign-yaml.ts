import type { Node } from 'yaml';
import { exceptionLimits } from '../exception-limits.ts';
import { YamlReader } from '../yaml-reader.ts';
import { lastWholeDay } from './foreign-entry.ts';

/** A YAML file of another tool: what we do not know of it is its own business and no mistake. */
export class ForeignYaml {
  readonly reader: YamlReader;
  readonly #source: string;

  constructor(text: string, source: string) {
    this.reader = new YamlReader(text, source, exceptionLimits);
    this.#source = source;
  }

  /** The fields of the file; none where it is empty or broken (`finish` says so). */
  root(): ReadonlyMap<string, Node> {
    const root = this.reader.root();
    return root === undefined ? new Map() : this.fields(root, 'the file');
  }

  fields(at: Node | undefined, what: string, lastCounts = false): ReadonlyMap<string, Node> {
    if (at === undefined || this.reader.isEmpty(at)) return new Map();
    return this.reader.freeMapping(at, what, lastCounts)?.entries ?? new Map();
  }

  list(at: Node | undefined, what: string): readonly Node[] {
    return at === undefined || this.reader.isEmpty(at) ? [] : this.reader.list(at, what);
  }

  text(at: Node | undefined, what: string): string | null {
    return at === undefined || this.reader.isEmpty(at) ? null : (this.reader.text(at, what) ?? null);
  }

  /** The last day all of which lies before the point in time that stands there. */
  end(at: Node | undefined, what: string): string | null {
    const text = this.text(at, what);
    const day = text === null ? null : lastWholeDay(text);
    if (text !== null && day === null) this.reader.problem(at!, `${what} is "${text}", which is no date`);
    return day;
  }

  /** `.snyk:7` */
  place(at: Node): string {
    const [line = ''] = this.reader
      .position(at.range?.[0] ?? 0)
      .slice(this.#source.length + 1)
      .split(':');
    return `${this.#source}:${line}`;
  }

  finish(): void {
    this.reader.finish('EXCEPTIONS_INVALID');
  }
}
