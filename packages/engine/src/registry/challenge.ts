/** What a server wants to be told, from `WWW-Authenticate`. */
export interface Challenge {
  /** in small letters: `bearer`, `basic` */
  readonly scheme: string;
  /** names in small letters */
  readonly parameters: ReadonlyMap<string, string>;
}

const maxHeaderLength = 16 * 1024;
/** A scheme, or a parameter with its value, quoted or not. */
const item = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/y;

/**
 * The challenges of one header, in their order. What cannot be understood ends the list.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string | undefined): readonly Challenge[] {
  const text = (header ?? '').slice(0, maxHeaderLength);
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  item.lastIndex = 0;
  for (let match = item.exec(text); match !== null; match = item.exec(text)) {
    const [, name = '', quoted, plain] = match;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) {
      found.push({ scheme: name.toLowerCase(), parameters: new Map() });
    } else {
      found.at(-1)?.parameters.set(name.toLowerCase(), value);
    }
  }
  return found;
}
