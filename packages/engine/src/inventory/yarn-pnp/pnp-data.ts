import { CatalogError } from '../error.ts';

/** A package that a Plug'n'Play project loads out of an archive. */
export interface PnpPackage {
  readonly name: string;
  /** `npm:1.2.3`, `virtual:HASH#npm:1.2.3`, `patch:…::version=1.2.3&hash=…` */
  readonly reference: string;
  /** of the archive, relative to the folder of the project; may begin with `../` */
  readonly archive: string;
  /** folder in the archive, `node_modules/x` */
  readonly inner: string;
}

const mostPackages = 200_000;
const longestPath = 4096;

/**
 * The packages that are loaded out of archives, from `.pnp.cjs` with its data in it, or `.pnp.data.json`. Null: the data is
 * in the other file. Workspaces, links and what was unpacked have folders of their own and are not among them.
 *
 * @throws CatalogError when it is neither, among them the script of Yarn 1
 * @see https://yarnpkg.com/advanced/pnp-spec
 */
export function parsePnpData(text: string): readonly PnpPackage[] | null {
  const json = text.startsWith('{') ? text : stateOf(text);
  if (json === null && text.includes('".pnp.data.json"')) return null;
  if (json === null) throw unreadable();
  const rows = listOf(parseObject(json).packageRegistryData);
  if (rows === null) throw unreadable();
  const found: PnpPackage[] = [];
  for (const row of rows) {
    const [name, references] = listOf(row) ?? [];
    for (const each of typeof name === 'string' ? (listOf(references) ?? []) : []) {
      const [reference, information] = listOf(each) ?? [];
      const location = isRecord(information) ? information.packageLocation : null;
      if (typeof reference !== 'string' || typeof location !== 'string' || location.length > longestPath) continue;
      const place = placeOf(location);
      if (place === null) continue;
      if (found.length === mostPackages) throw unreadable();
      found.push({ name: name as string, reference, ...place });
    }
  }
  return found;
}

/** The version that a reference names, where it names one of a registry. */
export function versionOf(reference: string): string | null {
  const plain = /(?:^|#)npm:([\w.+-]{1,256})$/.exec(reference)?.[1];
  return plain ?? /::(?:[^&]*&)*version=([\w.+-]{1,256})(?:&|$)/.exec(reference)?.[1] ?? null;
}

const raw = 'const RAW_RUNTIME_STATE =';
const call = 'return hydrateRuntimeState(';

/** Yarn 4 has it as a quoted string with escaped line ends, Yarn 2 and 3 as an object of the script. */
function stateOf(script: string): string | null {
  const quoted = script.indexOf(raw);
  if (quoted >= 0) return unquoted(script, script.indexOf("'", quoted + raw.length));
  const start = script.indexOf(call) + call.length;
  return start >= call.length && script[start] === '{' ? objectAt(script, start) : null;
}

function unquoted(script: string, quote: number): string | null {
  const end = quote < 0 ? -1 : endOfText(script, quote);
  if (end < 0) return null;
  // a backslash at the end of a line goes on with the next one
  return script.slice(quote + 1, end).replace(/\\([\s\S])/g, (_, escaped: string) => (escaped === '\n' ? '' : escaped));
}

/** Of a text that begins with the quote at `start`: where the same quote stands again without a backslash. */
function endOfText(script: string, start: number): number {
  const quote = script[start]!;
  for (let at = script.indexOf(quote, start + 1); at >= 0; at = script.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (script[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** The object that begins at `start`, up to its last brace. */
function objectAt(script: string, start: number): string | null {
  const marks = /["{}]/g;
  marks.lastIndex = start;
  let depth = 0;
  for (let found = marks.exec(script); found !== null; found = marks.exec(script)) {
    if (found[0] === '"') {
      const end = endOfText(script, found.index);
      if (end < 0) return null;
      marks.lastIndex = end + 1;
    } else depth += found[0] === '{' ? 1 : -1;
    if (depth === 0) return script.slice(start, marks.lastIndex);
  }
  return null;
}

/** `./.yarn/__virtual__/a-virtual-1/0/cache/a.zip/node_modules/a/` → `.yarn/cache/a.zip`, `node_modules/a`; null for what lies in no archive. */
function placeOf(location: string): Pick<PnpPackage, 'archive' | 'inner'> | null {
  const parts = location.split('/').filter((part) => part !== '' && part !== '.');
  const virtual = parts.findIndex((part) => part === '__virtual__' || part === '$$virtual');
  if (virtual >= 0) {
    const up = Number(parts[virtual + 2]);
    if (!Number.isSafeInteger(up) || up < 0 || up > parts.length + 100) return null;
    // what is above the folder of the project has no name here
    const climbed = Math.min(up, virtual);
    parts.splice(virtual - climbed, 3 + climbed, ...Array.from({ length: up - climbed }, () => '..'));
  }
  const archive = parts.findIndex((part) => part.endsWith('.zip'));
  if (archive < 0 || archive === parts.length - 1) return null;
  return { archive: parts.slice(0, archive + 1).join('/'), inner: parts.slice(archive + 1).join('/') };
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw unreadable(cause);
  }
  if (!isRecord(value)) throw unreadable();
  return value;
}

function unreadable(cause?: unknown): CatalogError {
  const message = 'this Yarn Plug’n’Play file has no data that can be read, so its packages are not listed';
  return new CatalogError('application-unread', message, { cause });
}

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
