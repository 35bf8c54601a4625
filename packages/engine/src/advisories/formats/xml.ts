import sax, { type SAXOptions } from 'sax';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';

/** An element without its namespace prefix. */
export interface XmlElement {
  readonly name: string;
  /** without prefixes too */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** of this element alone, trimmed */
  readonly text: string;
}

export interface XmlLimits {
  readonly maxDepth: number;
  /** elements inside one that is handed over */
  readonly maxElements: number;
  /** UTF-16 code units of the texts inside it */
  readonly maxTextChars: number;
}

export const xmlLimits: XmlLimits = { maxDepth: 60, maxElements: 500_000, maxTextChars: 32 << 20 };

/** `strictEntities`: the five of XML, not those of HTML; the types do not know it */
const options: SAXOptions & { readonly strictEntities: true } = { position: false, strictEntities: true };

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads a document while it streams by and hands over every element of the given names, whole; nothing else is kept.
 * A document type is refused, so that there are no entities but the five of XML itself.
 *
 * @param root local name of the document's element: anything else is not this feed
 * @param names local names; one inside another of them comes as part of it
 * @throws AdvisoryError `feed-malformed` (no XML, not UTF-8, truncated, document type), `feed-too-large`
 */
export async function readXml(
  name: string,
  stream: AsyncIterable<Buffer>,
  root: string,
  names: ReadonlySet<string>,
  visit: (element: XmlElement) => void,
  limits: XmlLimits = xmlLimits,
): Promise<void> {
  const parser = sax.parser(true, options);
  const open: Open[] = [];
  let depth = 0;
  let elements = 0;
  let chars = 0;
  let rooted = false;
  const refuse = (reason: string): never => {
    throw new AdvisoryError('feed-malformed', `${name}: ${reason}; what was there before is kept`);
  };
  const tooLarge = (what: string): never => {
    throw new AdvisoryError('feed-too-large', `${name}: ${what}`);
  };
  const addText = (text: string): void => {
    const parent = open.at(-1);
    if (parent === undefined) return;
    chars += text.length;
    if (chars > limits.maxTextChars) tooLarge(`an element holds more than ${limits.maxTextChars} characters`);
    parent.text += text;
  };
  parser.onerror = (error) => {
    throw error;
  };
  parser.ondoctype = () => refuse('has a document type, which no feed has');
  parser.ontext = addText;
  parser.oncdata = addText;
  parser.onopentag = (tag) => {
    if (++depth > limits.maxDepth) tooLarge(`elements are nested more than ${limits.maxDepth} deep`);
    const local = withoutPrefix(tag.name);
    if (depth === 1 && local !== root) refuse(`is <${local.slice(0, 40)}> and not <${root}>`);
    rooted = true;
    if (open.length === 0 && !names.has(local)) return;
    if (open.length === 0) elements = chars = 0;
    if (++elements > limits.maxElements) tooLarge(`an element holds more than ${limits.maxElements} elements`);
    const attributes: Record<string, string> = Object.create(null);
    for (const [key, value] of Object.entries(tag.attributes)) attributes[withoutPrefix(key)] = String(value);
    open.push({ name: local, attributes, children: [], text: '' });
  };
  parser.onclosetag = () => {
    depth--;
    const done = open.pop();
    if (done === undefined) return;
    const element: XmlElement = { ...done, text: done.text.trim() };
    const parent = open.at(-1);
    if (parent === undefined) visit(element);
    else parent.children.push(element);
  };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of stream) parser.write(decoder.decode(chunk, { stream: true }));
    parser.write(decoder.decode()).close();
    if (!rooted) refuse('is empty');
  } catch (error) {
    if (error instanceof AdvisoryError) throw error;
    throw new AdvisoryError('feed-malformed', `${name}: is no whole XML (${firstLine(error)}); fetch it again`, error);
  }
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function firstLine(error: unknown): string {
  return reasonOf(error).split('\n', 1)[0]!.slice(0, 200);
}

/** The first child of that name. */
export function childOf({ children }: XmlElement, name: string): XmlElement | undefined {
  return children.find((child) => child.name === name);
}

export function childrenOf({ children }: XmlElement, name: string): XmlElement[] {
  return children.filter((child) => child.name === name);
}

/** Text of the first child of that name; empty where there is none. */
export function childText(element: XmlElement, name: string): string {
  return childOf(element, name)?.text ?? '';
}
