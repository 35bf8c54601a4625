import { declaredLicenses, isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { baseName } from '../file-pattern.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** Of an assignment; characters. Longer ones (`s.files`) are never wanted. */
const longestValue = 4096;

interface GemIdentity {
  readonly name: string;
  readonly version: string;
  /** null: any, `ruby` */
  readonly platform: string | null;
}

/**
 * Reads what RubyGems wrote when it installed a gem: Ruby, whose assignments are literals. Where name or version is none
 * (written by hand), the `# stub:` line says it, else the file's name.
 *
 * @throws CatalogError when it is no specification
 */
export function parseGemspec(path: string, body: Buffer): ListedPackage {
  if (!body.includes('Gem::Specification')) {
    throw new CatalogError('package-manifest-damaged', 'the gemspec holds no Gem::Specification');
  }
  const fields = assignments(body);
  const gem = ofFields(fields) ?? ofStub(body) ?? ofFileName(path);
  if (gem === null) throw new CatalogError('package-manifest-damaged', 'the gemspec has no readable name and version');
  const { name, version, platform } = gem;
  const licenses = declaredLicenses([...(fields.get('license') ?? []), ...(fields.get('licenses') ?? [])]);
  return {
    type: 'gem',
    name,
    version,
    purl: buildPurl({ type: 'gem', name, version, qualifiers: { platform } }),
    licenses,
  };
}

type Fields = ReadonlyMap<string, readonly string[]>;

/** `s.name = "rack".freeze` → name: rack; the first assignment of each field counts. */
function assignments(body: Buffer): Fields {
  const fields = new Map<string, readonly string[]>();
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(0x0a, start);
    const end = newline < 0 ? body.length : newline;
    const line = body.toString('utf8', start, Math.min(end, start + longestValue));
    const found = /^\s{0,16}\w{1,32}\.(name|version|platform|licenses?) {0,16}= {0,16}(.+)/.exec(line);
    if (found !== null && !fields.has(found[1]!)) fields.set(found[1]!, literals(found[2]!));
    start = end + 1;
  }
  return fields;
}

/** The texts of the string literals in a line of Ruby; none with escapes or interpolation, which no name has. */
function literals(ruby: string): readonly string[] {
  const found = ruby.matchAll(/"([^"\\#]*)"|'([^'\\]*)'|%q(?:<([^<>]*)>|\{([^{}]*)\}|\(([^()]*)\)|\[([^[\]]*)\])/g);
  return [...found].map((groups) => groups.slice(1).find((text) => text !== undefined) ?? '');
}

function ofFields(fields: Fields): GemIdentity | null {
  const name = fields.get('name')?.[0];
  const version = fields.get('version')?.[0];
  return identity(name, version, fields.get('platform')?.join('-'));
}

/** `# stub: nokogiri 1.15.0 java lib`, one of the first lines. */
function ofStub(body: Buffer): GemIdentity | null {
  const head = body.toString('utf8', 0, longestValue).split('\n', 4);
  const stub = head.find((line) => line.startsWith('# stub: '));
  const [name, version, platform] = stub?.slice(8).split(' ', 3) ?? [];
  return identity(name, version, platform);
}

/** `nokogiri-1.15.0-java.gemspec`: names may have hyphens, and a version begins with a digit. */
function ofFileName(path: string): GemIdentity | null {
  const found = /^(.+?)-(\d[^-]*)(?:-(.*))?$/s.exec(baseName(path).slice(0, -'.gemspec'.length));
  return identity(found?.[1], found?.[2], found?.[3]);
}

function identity(
  name: string | undefined,
  version: string | undefined,
  platform: string | undefined,
): GemIdentity | null {
  if (!isWord(name) || !isWord(version)) return null;
  return { name, version, platform: isWord(platform) && platform !== 'ruby' ? platform : null };
}
