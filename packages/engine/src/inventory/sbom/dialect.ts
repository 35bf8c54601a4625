import type { StatedComponent } from './stated-component.ts';

/** What a tool says of a package beyond the format's own fields. Absent where it says nothing. */
export interface DialectFacts {
  /** null: the package is its own source, as this tool says by leaving it out */
  readonly source?: { readonly name: string /** null: the package's */; readonly version: string | null } | null;
  readonly epoch?: string;
  readonly modularity?: string;
  readonly paths?: readonly string[];
}

/** How one tool writes down what the formats have no field for. Each is one file, and one line in dialects.ts. */
export interface Dialect {
  /** the tool's name as the document's list of tools has it, lower case */
  readonly tool: string;
  /** it says nothing of the source of a package that is its own */
  readonly leavesOutOwnSource: boolean;
  /** how the names of its properties begin */
  readonly prefix: string;
  /**
   * @param type of the package, as its purl has it
   * @param component has a property of this tool
   */
  factsOf(type: string, component: StatedComponent): DialectFacts;
}
