import { sameBytes } from '../../image/path-hash.ts';
import type { Damage, ParsedFile } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { baseName } from '../file-pattern.ts';
import { beginsAsZip, readZipEntry, type ZipBytes, type ZipEntry, zipEntries } from '../zip-archive.ts';
import { nameArchive } from './archive-name.ts';
import { type Coordinates, isFilledIn } from './coordinates.ts';
import { bundleLicenses, type JavaManifest, parseManifest } from './java-manifest.ts';
import { isWatched, watchedClass } from './named-classes.ts';
import { type PomProperties, parsePomProperties } from './pom-properties.ts';
import { type Pom, parsePomXml } from './pom-xml.ts';

/** One library in an archive, or in an archive within it. */
export interface JavaPackage {
  /** `WEB-INF/lib/a.jar`, `a.war!/WEB-INF/lib/b.jar`; empty for the archive itself */
  readonly inner: string;
  /** `group:artifact`; the artifact alone where nothing tells the group */
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
  /** which of the classes that advisories name are in its archive; absent where none is named for it */
  readonly classes?: readonly string[];
}

/** What a Java archive and all archives within it hold. */
export interface JavaArchive {
  readonly packages: readonly JavaPackage[];
  /** `inner` of archives that hold classes and say neither what they are nor which version */
  readonly unnamed: readonly string[];
}

export interface JavaLimits {
  /** archives in archives; 1 is a jar in a war */
  readonly maxDepth: number;
  /** bytes of one file that names a library, inflated */
  readonly maxDescriptorBytes: number;
  /** bytes of all that is inflated for one file of the image: a part that any may have, and as many times its own size */
  readonly inflate: { readonly base: number; readonly ratio: number; readonly max: number };
  /** entries that are looked at; archives that are opened and packages that are found count as several */
  readonly steps: { readonly base: number; readonly bytesPerStep: number; readonly max: number };
}

export const javaLimits: JavaLimits = {
  maxDepth: 8,
  maxDescriptorBytes: 4 << 20,
  inflate: { base: 4 << 20, ratio: 16, max: 512 << 20 },
  steps: { base: 10_000, bytesPerStep: 8, max: 1_000_000 },
};

const stepsOfArchive = 64;
/** and a step for every 16 characters of the way to it: an archive that is named often may hold many, each with that way */
const stepsOfPackage = 8;

const certain = ['.jar', '.war', '.ear', '.hpi', '.jpi'];
/** Names that other kinds of file have as well (Perl and Nix archives, RAR). */
const shared = ['.par', '.sar', '.nar', '.kar', '.rar', '.lpkg'];
export const archiveSuffixes: readonly string[] = [...certain, ...shared];

/**
 * Reads a Java archive and what is nested in it. Only descriptors and nested archives are inflated, classes never are;
 * a nested archive that is stored is read where it stands.
 *
 * @param path of the archive; names it where nothing in it does
 */
export function readJavaArchive(
  path: string,
  bytes: Buffer | ZipBytes,
  limits: JavaLimits = javaLimits,
): ParsedFile<JavaArchive> {
  const size = sizeOf(bytes);
  if (!isArchive(path, bytes)) return { facts: null, damage: null };
  const walk = new ArchiveWalk(size, limits);
  walk.run(path, bytes);
  const { packages, unnamed, damage } = walk;
  return { facts: packages.length + unnamed.length > 0 ? { packages, unnamed } : null, damage };
}

/** An empty file holds nothing; under a name that others use too, something else is none of Java's. */
function isArchive(path: string, bytes: Buffer | ZipBytes): boolean {
  return sizeOf(bytes) > 0 && (certain.includes(suffixOf(path)) || beginsAsZip(bytes));
}

function sizeOf(bytes: Buffer | ZipBytes): number {
  return Buffer.isBuffer(bytes) ? bytes.length : bytes.size;
}

function suffixOf(path: string): string {
  return path.slice(path.lastIndexOf('.')).toLowerCase();
}

/** What the directory of one archive shows that is worth reading. */
interface Contents {
  /** folder that ends with `META-INF/maven/GROUP/ARTIFACT` → what describes the artifact */
  readonly artifacts: Map<string, { properties?: ZipEntry; xml?: ZipEntry }>;
  readonly nested: ZipEntry[];
  manifest: ZipEntry | null;
  /** of its own, not those of an application in `WEB-INF` or `BOOT-INF` */
  classes: boolean;
  application: boolean;
  /** classes that advisories name, wherever they were moved to; null: the directory could not be read to its end */
  named: Set<string> | null;
}

class ArchiveWalk {
  readonly packages: JavaPackage[] = [];
  readonly unnamed: string[] = [];
  readonly #limits: JavaLimits;
  readonly #problems: Damage[] = [];
  #moreProblems = 0;
  #steps: number;
  #bytes: number;

  constructor(size: number, limits: JavaLimits) {
    const { inflate, steps } = limits;
    this.#limits = limits;
    this.#bytes = Math.min(inflate.base + inflate.ratio * size, inflate.max);
    this.#steps = Math.min(steps.base + Math.floor(size / steps.bytesPerStep), steps.max);
  }

  run(path: string, bytes: Buffer | ZipBytes): void {
    try {
      this.#open(path, bytes, '', 0);
    } catch (error) {
      if (!(error instanceof StepsExhausted)) throw error;
      this.#tell('limit-reached', 'it holds more entries and archives than are looked at; the rest was not read');
    }
  }

  get damage(): Damage | null {
    const [first] = [...this.#problems].sort((a, b) => rank(a) - rank(b));
    if (first === undefined) return null;
    const others = this.#problems.length + this.#moreProblems - 1;
    return others === 0 ? first : { code: first.code, message: `${first.message}; and ${others} more problems` };
  }

  #open(path: string, bytes: Buffer | ZipBytes, inner: string, depth: number): void {
    this.#step(stepsOfArchive);
    const contents = this.#contents(bytes, inner);
    this.#name(path, bytes, inner, contents);
    for (const entry of contents.nested) this.#nested(bytes, entry, inner, depth + 1);
  }

  #contents(bytes: Buffer | ZipBytes, inner: string): Contents {
    const contents: Contents = {
      artifacts: new Map(),
      nested: [],
      manifest: null,
      classes: false,
      application: false,
      named: new Set(),
    };
    const whole = this.#attempt(inner, () => {
      const passes = (directory: Buffer, start: number, end: number) => {
        this.#step(1);
        return passesEntry(contents, directory, start, end);
      };
      for (const entry of zipEntries(bytes, passes)) note(contents, entry);
      return true;
    });
    if (whole === null) contents.named = null;
    return contents;
  }

  #nested(bytes: Buffer | ZipBytes, entry: ZipEntry, outer: string, depth: number): void {
    const inner = within(outer, entry.name);
    if (depth > this.#limits.maxDepth) {
      this.#tell('limit-reached', `${shown(inner)} is nested more than ${this.#limits.maxDepth} deep and was not read`);
      return;
    }
    const body = this.#read(bytes, entry, outer, this.#limits.inflate.max);
    if (body !== null && isArchive(entry.name, body)) this.#open(entry.name, body, inner, depth);
  }

  #name(path: string, bytes: Buffer | ZipBytes, inner: string, contents: Contents): void {
    const artifacts = [...contents.artifacts].map(([folder, { properties, xml }]) => ({
      folder,
      properties: this.#parse(bytes, properties, inner, parsePomProperties),
      pom: () => this.#parse(bytes, xml, inner, parsePomXml),
    }));
    const stated = artifacts.flatMap(({ properties, pom }) => {
      const found = properties === null ? null : filledIn(properties);
      return found === null ? [] : [{ found, licenses: pom()?.licenses ?? [] }];
    });
    const known = new Map(stated.map((each) => [JSON.stringify(each.found), each]));
    if (known.size === 0) this.#guess(path, bytes, inner, contents, artifacts);
    else if (known.size === 1) {
      const [{ found, licenses }] = [...known.values()] as [(typeof stated)[0]];
      this.#add(
        inner,
        found,
        licenses.length > 0 ? licenses : bundleLicenses(this.#manifest(bytes, inner, contents)),
        contents,
      );
    } else for (const { found, licenses } of known.values()) this.#add(inner, found, licenses, contents);
  }

  #guess(
    path: string,
    bytes: Buffer | ZipBytes,
    inner: string,
    contents: Contents,
    artifacts: readonly { folder: string; properties: PomProperties | null; pom: () => Pom | null }[],
  ): void {
    const described = artifacts
      .map(({ folder, properties, pom }) => ({ ...describe(folder, properties, pom()) }))
      .filter(({ found }) => found !== null);
    const file = baseName(path);
    const own = described.length === 1 ? described[0] : described.find(({ found }) => file.startsWith(found!.artifact));
    const manifest = this.#manifest(bytes, inner, contents);
    const isLibrary = contents.classes || contents.manifest !== null;
    const found = own?.found ?? (isLibrary ? nameArchive(path, manifest) : null);
    if (found !== null)
      this.#add(inner, found, own?.licenses.length ? own.licenses : bundleLicenses(manifest), contents);
    else if (contents.classes && !contents.application) this.unnamed.push(inner);
  }

  #add(
    inner: string,
    { group, artifact, version }: Coordinates,
    licenses: readonly string[],
    { named }: Contents,
  ): void {
    this.#step(stepsOfPackage + (inner.length >> 4));
    this.packages.push({
      inner,
      name: group === null ? artifact : `${group}:${artifact}`,
      version,
      licenses,
      ...(named !== null && isWatched(artifact) && { classes: [...named].sort() }),
    });
  }

  #manifest(bytes: Buffer | ZipBytes, inner: string, { manifest }: Contents): JavaManifest {
    return this.#parse(bytes, manifest ?? undefined, inner, parseManifest) ?? new Map();
  }

  #parse<T>(
    bytes: Buffer | ZipBytes,
    entry: ZipEntry | undefined,
    inner: string,
    parse: (body: Buffer) => T,
  ): T | null {
    const body = entry === undefined ? null : this.#read(bytes, entry, inner, this.#limits.maxDescriptorBytes);
    return body === null ? null : parse(body);
  }

  /** Null, and told, where it cannot be read or would cost more than is left. */
  #read(bytes: Buffer | ZipBytes, entry: ZipEntry, outer: string, maxBytes: number): Buffer | null {
    const cost = entry.method === 0 ? entry.size / checksumsForInflation : entry.size;
    if (entry.size > maxBytes || cost > this.#bytes) {
      const what = shown(within(outer, entry.name));
      this.#tell('limit-reached', `${what} would inflate to ${entry.size} bytes, more than are read, and was not`);
      return null;
    }
    this.#bytes -= cost;
    return this.#attempt(outer, () => readZipEntry(bytes, entry));
  }

  #attempt<T>(inner: string, action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
      this.#tell(error.code, inner === '' ? error.message : `in ${shown(inner)}: ${error.message}`);
      return null;
    }
  }

  #step(cost: number): void {
    this.#steps -= cost;
    if (this.#steps < 0) throw new StepsExhausted();
  }

  #tell(code: Damage['code'], message: string): void {
    if (this.#problems.length < mostProblems) this.#problems.push({ code, message });
    else this.#moreProblems += 1;
  }
}

const mostProblems = 100;
/** Bytes that are checked in the time in which one is inflated: what is stored costs as well, and may be named many times. */
const checksumsForInflation = 8;

/** Leaves all archives that are open at once; never seen outside of this file. */
class StepsExhausted extends Error {}

function rank({ code }: Damage): number {
  return code === 'limit-reached' ? 0 : 1;
}

const [dotClass, webInf, bootInf] = [Buffer.from('.class'), Buffer.from('WEB-INF/'), Buffer.from('BOOT-INF/')];

/** Notes a class, and says no to nothing that `note` looks for: a jar has thousands of other entries, which stay bytes. */
function passesEntry(contents: Contents, bytes: Buffer, start: number, end: number): boolean {
  if (!stands(dotClass, bytes, end - dotClass.length, start, end)) return !mayDescribe(bytes, end);
  const watched = watchedClass(bytes, start, end);
  if (watched !== undefined) contents.named?.add(watched);
  if (stands(webInf, bytes, start, start, end) || stands(bootInf, bytes, start, start, end))
    contents.application = true;
  else contents.classes = true;
  return true;
}

function stands(text: Buffer, bytes: Buffer, at: number, start: number, end: number): boolean {
  return at >= start && at + text.length <= end && sameBytes(bytes, at, at + text.length, text, 0, text.length);
}

/** By the end of its name: a manifest, a descriptor or an archive. Reads before the name where that is short. */
function mayDescribe(bytes: Buffer, end: number): boolean {
  const before = bytes[end - 2]! | 0x20;
  switch (bytes[end - 1]! | 0x20) {
    case 0x72: // `ar`
      return before === 0x61;
    case 0x69: // `pi`
      return before === 0x70;
    case 0x67: // `kg`, or a letter that has a `k` for its small one
      return before === 0x6b || before >= 0x80;
    case 0x66: // `.MF`
      return before === 0x6d;
    case 0x6c: // `m.xml`
      return bytes[end - 5] === 0x6d;
    case 0x73: // `m.properties`
      return bytes[end - 12] === 0x6d;
    default:
      return false;
  }
}

function note(contents: Contents, entry: ZipEntry): void {
  const { name } = entry;
  if (name === 'META-INF/MANIFEST.MF') contents.manifest = entry;
  else if (archiveSuffixes.includes(suffixOf(name))) contents.nested.push(entry);
  else noteDescriptor(contents, entry);
}

const descriptor = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.(properties|xml)$/;

function noteDescriptor({ artifacts }: Contents, entry: ZipEntry): void {
  const { name } = entry;
  if (!name.endsWith('/pom.properties') && !name.endsWith('/pom.xml')) return;
  const kind = descriptor.exec(name)?.[1];
  if (kind === undefined) return;
  const folder = name.slice(0, name.lastIndexOf('/'));
  const known = artifacts.get(folder) ?? {};
  artifacts.set(folder, kind === 'xml' ? { ...known, xml: entry } : { ...known, properties: entry });
}

function filledIn({ groupId, artifactId, version }: PomProperties | Pom): Coordinates | null {
  if (!isFilledIn(groupId) || !isFilledIn(artifactId) || !isFilledIn(version)) return null;
  return { group: groupId, artifact: artifactId, version };
}

/** An artifact whose properties are missing or not filled in: its `pom.xml` and the folder it lies in may say the rest. */
function describe(folder: string, properties: PomProperties | null, pom: Pom | null) {
  const [artifact = null, group = null] = folder.split('/').reverse();
  const pick = (...values: readonly (string | null | undefined)[]) => values.find(isFilledIn) ?? null;
  const found = filledIn({
    groupId: pick(properties?.groupId, pom?.groupId, group),
    artifactId: pick(properties?.artifactId, pom?.artifactId, artifact),
    version: pick(properties?.version, pom?.version),
  });
  return { found, licenses: pom?.licenses ?? [] };
}

function within(outer: string, name: string): string {
  return outer === '' ? name : `${outer}!/${name}`;
}

const longestShown = 120;

function shown(path: string): string {
  return JSON.stringify(path.length > longestShown ? `…${path.slice(-longestShown)}` : path);
}
