/** What a `pom.xml` says of the project itself. */
export interface Pom {
  /** the project's own, else its parent's; as written, placeholders included */
  readonly groupId: string | null;
  readonly artifactId: string | null;
  readonly version: string | null;
  /** names, in order; not those that the parent declares */
  readonly licenses: readonly string[];
}

const wanted: ReadonlySet<string> = new Set([
  'project/groupId',
  'project/artifactId',
  'project/version',
  'project/parent/groupId',
  'project/parent/version',
  'project/licenses/license/name',
]);
const deepestWanted = 4;
const mostLicenses = 20;
const longestText = 256;

/**
 * Reads the few elements of a `pom.xml` that name the project. No XML parser: tags are followed by their depth, entities
 * other than the five of XML stay as written, and what is no XML gives nulls.
 *
 * @see https://maven.apache.org/pom.html
 */
export function parsePomXml(body: Buffer): Pom {
  const found = new Map<string, string[]>();
  const path: string[] = [];
  let depth = 0;
  const text = body.toString('utf8');
  for (let at = text.indexOf('<'); at >= 0; ) {
    const special = specials.find(({ begin }) => text.startsWith(begin, at));
    const end = text.indexOf(special?.end ?? '>', at);
    if (end < 0) break;
    const next = special === undefined ? text.indexOf('<', end) : text.indexOf('<', end + special.end.length);
    if (special === undefined && text[at + 1] === '/') {
      if (depth <= deepestWanted) path.pop();
      depth = Math.max(depth - 1, 0);
    } else if (special === undefined && text[end - 1] !== '/') {
      depth += 1;
      if (depth <= deepestWanted) {
        path.push(tagName(text, at + 1, end));
        const key = path.join('/');
        if (wanted.has(key)) append(found, key, textBetween(text, end + 1, next));
      }
    }
    at = next;
  }
  return {
    groupId: first(found, 'project/groupId') ?? first(found, 'project/parent/groupId'),
    artifactId: first(found, 'project/artifactId'),
    version: first(found, 'project/version') ?? first(found, 'project/parent/version'),
    licenses: [...new Set(found.get('project/licenses/license/name') ?? [])].slice(0, mostLicenses),
  };
}

const specials = [
  { begin: '<!--', end: '-->' },
  { begin: '<![CDATA[', end: ']]>' },
  { begin: '<?', end: '?>' },
  { begin: '<!', end: '>' },
] as const;

const longestTag = 64;

function tagName(text: string, start: number, end: number): string {
  return /^[^\s/>]*/.exec(text.slice(start, Math.min(end, start + longestTag)))?.[0] ?? '';
}

function textBetween(text: string, start: number, next: number): string {
  const end = next < 0 ? text.length : next;
  if (end - start > longestText * 2) return '';
  const value = text
    .slice(start, end)
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: keyof typeof entities) => entities[name]);
  const words = value.trim().replace(/\s+/g, ' ');
  return words.length <= longestText ? words : '';
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' } as const;

function append(map: Map<string, string[]>, key: string, value: string): void {
  if (value === '') return;
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function first(map: ReadonlyMap<string, readonly string[]>, key: string): string | null {
  return map.get(key)?.[0] ?? null;
}
