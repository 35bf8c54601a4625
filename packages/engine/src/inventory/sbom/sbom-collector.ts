import { ImageError } from '../../image/error.ts';
import { comparePackages, distinctEntries } from '../inventory-order.ts';
import { nativePurl } from '../native-package.ts';
import { buildPurl } from '../purl.ts';
import type { Distro, Incomplete, Inventory, Package } from '../types.ts';
import { builtFrom } from './built-from.ts';
import type { DialectFacts } from './dialect.ts';
import { cdxgen } from './dialects/cdxgen.ts';
import { dialects } from './dialects.ts';
import { type OwnImage, ownImage, withLicensesOf } from './own-image.ts';
import { isOwnPackage, ownDistro, ownPackage } from './own-sbom.ts';
import { distroTypes, draftOf, isSourcePackage, labelOf, type PackageDraft, type Unread } from './package-draft.ts';
import { distroOfPurl, distroOfQualifier, distroOfSystem, distroQualifier, sameRelease } from './sbom-distro.ts';
import { nothingListed, untoldSources } from './sbom-gaps.ts';
import { mostComponents } from './sbom-limits.ts';
import type { StatedComponent } from './stated-component.ts';

/** Named in a message; more are counted. */
const mostNamed = 3;

const reasons: Readonly<Record<Unread, string>> = {
  'no-purl': 'no package URL',
  'bad-purl': 'a package URL that cannot be read',
  'no-version': 'no version',
  'bad-fields': 'a name or version that cannot be read',
};

/** What a document states of the image that it is about. */
export type StatedImage = Pick<OwnImage, 'names' | 'platform' | 'base' | 'layerCount'>;

/** What the components of a document come to. They are taken in one by one, in whatever order the document has them. */
export class SbomCollector {
  #drafts: readonly PackageDraft[] = [];
  readonly #taken: PackageDraft[] = [];
  readonly #own: Package[] = [];
  readonly #systems: StatedComponent[] = [];
  readonly #tools = new Set<string>();
  readonly #unread: {
    readonly reason: Unread | 'no-version-of-distro';
    readonly label: string;
    readonly ref: string | null;
  }[] = [];
  /** what the document is about */
  readonly #described = new Set<string>();
  /** packages that are called as one of these */
  #subjects = 0;
  /** reference of a package → that of the one that ships the file which proves it */
  readonly #owners = new Map<string, string>();
  /** reference of a package → that of its source */
  readonly #sourceOf = new Map<string, string>();
  #image: OwnImage | null = null;
  #isOwn = false;
  readonly #incomplete: Incomplete[] = [];
  readonly #what: string;
  #count = 0;
  /** a purl has the qualifier `upstream`: whoever wrote the document knows of source packages */
  #knowsSources = false;

  /** @param what names the document in messages */
  constructor(what: string) {
    this.#what = what;
  }

  /** A tool that made the document, as it names itself; one that is not known tells nothing. */
  tool(name: string): void {
    const known = dialects.find(({ tool }) => tool === name.toLowerCase());
    if (known !== undefined) this.#tools.add(known.tool);
  }

  /** What is said again and again is said once. */
  incomplete(entry: Incomplete): void {
    if (!this.#incomplete.some(({ message }) => message === entry.message)) this.#incomplete.push(entry);
  }

  /** Properties of the document. */
  document(properties: StatedComponent['properties']): void {
    if (properties.has('plimsoll:schema')) this.#isOwn = true;
  }

  /** Properties of what the document is about. */
  image(properties: StatedComponent['properties']): void {
    if (this.#image !== null) {
      this.incomplete({
        code: 'sbom-incomplete',
        message: 'the SBOM describes several images: one of them was judged',
      });
    }
    this.#image ??= ownImage({ properties });
  }

  /** The element is what the document is about, and no package of it. */
  describes(ref: string): void {
    // of two or more none is what it is about
    if (this.#described.size < 2) this.#described.add(ref);
  }

  /** Told of a document whose format has no mark of its end: one of several packages has to say what it describes. */
  endsUnmarked(): void {
    if (this.#count < 2 || this.#described.size > 0) return;
    const message = 'the SBOM does not say what it describes, as one of several packages must: it may be cut';
    this.incomplete({ code: 'sbom-incomplete', message });
  }

  /** The element was built from another one, a source package. @throws ImageError `TOO_LARGE` */
  builtFrom(ref: string, source: string): void {
    this.#relate(this.#sourceOf, ref, source);
  }

  /** @throws ImageError `TOO_LARGE` */
  owns(owner: string, ref: string): void {
    this.#relate(this.#owners, ref, owner);
  }

  #relate(known: Map<string, string>, ref: string, to: string): void {
    known.set(ref, to);
    if (known.size <= mostComponents) return;
    throw new ImageError('TOO_LARGE', `${this.#what}: has more than ${mostComponents} relationships of one kind`);
  }

  #countComponent(): void {
    this.#count += 1;
    if (this.#count <= mostComponents) return;
    throw new ImageError('TOO_LARGE', `${this.#what}: has more than ${mostComponents} components`);
  }

  /** @throws ImageError `TOO_LARGE` */
  component(component: StatedComponent): void {
    this.#countComponent();
    if (component.kind === 'system') {
      this.#systems.push(component);
      return;
    }
    if (isOwnPackage(component)) {
      const own = ownPackage(component);
      if (own === null) this.unread('bad-fields', component);
      else this.#own.push(own);
      return;
    }
    // a document of ours describes the image as a package
    if (component.properties.has('plimsoll:image:reference')) {
      this.image(component.properties);
      return;
    }
    const draft = draftOf(component, (type) => this.#factsOf(type, component));
    if (draft === null) return;
    if (typeof draft === 'string') this.unread(draft, component);
    else {
      this.#taken.push(draft);
      if (draft.purl.qualifiers.has('upstream') || draft.purl.qualifiers.has('origin')) this.#knowsSources = true;
    }
  }

  unread(reason: Unread, component: StatedComponent): void {
    const ofDistro =
      reason === 'no-version' && distroTypes.has(/^pkg:\/*([^/]*)/.exec(component.purl ?? '')?.[1] ?? '');
    const { ref } = component;
    this.#unread.push({ reason: ofDistro ? 'no-version-of-distro' : reason, label: labelOf(component), ref });
  }

  /** Something in the place of a component that is none. @throws ImageError `TOO_LARGE` */
  noComponent(): void {
    this.#countComponent();
    this.#unread.push({ reason: 'bad-fields', label: '(no object)', ref: null });
  }

  #factsOf(type: string, component: StatedComponent): DialectFacts {
    const names = [...component.properties.keys()];
    const spoken = dialects.filter(({ prefix }) => names.some((name) => name.startsWith(prefix)));
    return Object.assign({}, ...spoken.toReversed().map((dialect) => dialect.factsOf(type, component)));
  }

  /** What the document states of the image, in a form that is known. */
  about(): StatedImage {
    const { names = [], platform = null, base = null, layerCount = null } = this.#image ?? {};
    return { names, platform, base, layerCount };
  }

  /** The inventory that the document states. */
  inventory(): Inventory {
    const sources = this.#tools.has(cdxgen.tool) ? builtFrom(this.#taken) : { drafts: this.#taken, untold: [] };
    this.#drafts = this.#withoutSources(sources.drafts);
    this.#subjects = [...this.#drafts, ...this.#unread].filter(({ ref }) => this.#described.has(ref ?? '')).length;
    const { distro, entries } = this.#distro();
    const packages = [...this.#own, ...this.#foreign(distro)].sort(comparePackages);
    const image = this.#image && withLicensesOf(packages, this.#image);
    return {
      distro,
      packages,
      facts: image?.facts ?? { config: null, coverage: null },
      incomplete: distinctEntries([
        ...(image?.incomplete ?? []),
        ...this.#incomplete,
        ...entries,
        ...this.#unreadEntries(),
        ...this.#unknownSources(),
        ...untoldSources(sources.untold),
        // our own says itself what was not seen
        ...(this.#isOwn && this.#image !== null ? [] : nothingListed(packages, distro)),
      ]),
      ...(image?.configSecrets && { configSecrets: image.configSecrets }),
      ...(image?.code && { code: image.code }),
      layers: [],
    };
  }

  /** Source packages are not installed; they tell what others were built from. */
  #withoutSources(drafts: readonly PackageDraft[]): readonly PackageDraft[] {
    const sources = new Map(drafts.filter(isSourcePackage).map((draft) => [draft.ref, draft]));
    if (sources.size === 0) return drafts;
    return drafts
      .filter((draft) => !isSourcePackage(draft))
      .map((draft) => {
        const source = sources.get(this.#sourceOf.get(draft.ref ?? '') ?? '');
        if (source === undefined || draft.source != null || source.purl.type !== draft.purl.type) return draft;
        const version = draft.purl.type === 'rpm' ? source.version.replace(/^\d+:/, '') : source.version;
        return { ...draft, source: { name: source.name, version } };
      });
  }

  /** The one thing that the document is about. Where it names several, or several have its name, they are packages as all are. */
  #isSubject(ref: string | null): boolean {
    return ref !== null && this.#described.size === 1 && this.#described.has(ref) && this.#subjects < 2;
  }

  /** What several components say in the same words is one package. */
  #foreign(distro: Distro | null): readonly Package[] {
    const names = new Map(this.#drafts.flatMap(({ ref, name }) => (ref === null ? [] : [[ref, name] as const])));
    const packages = new Map<string, Package>();
    for (const draft of this.#drafts) {
      if (this.#isSubject(draft.ref)) continue;
      const owner = names.get(this.#owners.get(draft.ref ?? '') ?? '') ?? null;
      const pkg = { ...packageOf(draft, distro), ownedBy: owner };
      const key = JSON.stringify([pkg.type, pkg.name, pkg.version, pkg.arch, pkg.locations[0]?.path, pkg.purl]);
      if (!packages.has(key)) packages.set(key, pkg);
    }
    return [...packages.values()];
  }

  /** The component for it, else what the packages say of themselves. */
  #distro(): { readonly distro: Distro | null; readonly entries: readonly Incomplete[] } {
    const ofDistro = this.#drafts.filter(({ purl }) => distroTypes.has(purl.type));
    const stated = new Map<string, Distro>();
    for (const { purl } of ofDistro) {
      const key = JSON.stringify([purl.namespace, distroQualifier(purl), purl.qualifiers.get('repository_id')]);
      const found = stated.has(key) ? null : distroOfPurl(purl);
      if (found !== null) stated.set(key, found);
    }
    const systems = this.#systems.flatMap((each) => (this.#isOwn ? ownDistro(each) : distroOfSystem(each)) ?? []);
    const releases = [...systems, ...stated.values()].reduce<Distro[]>(
      (known, each) => (known.some((other) => sameRelease(each, other)) ? known : [...known.slice(0, 100), each]),
      [],
    );
    const [system] = systems;
    const distro = system ? withRelease(system, stated.values()) : releases.length === 1 ? releases[0]! : null;
    if (releases.length > 1) {
      const names = releases.slice(0, mostNamed).map(({ id, version }) => (version === null ? id : `${id} ${version}`));
      const judged = distro === null ? 'none of their packages was judged' : `all were judged as ${names[0]}`;
      const message = `the SBOM has packages of several distros (${names.join(', ')}): ${judged}`;
      return { distro, entries: [{ code: 'distro-unknown', message }] };
    }
    if (distro !== null || ofDistro.length === 0) return { distro, entries: [] };
    const message = 'the SBOM has packages of a distro, but does not say which release it is: they were not judged';
    return { distro, entries: [{ code: 'distro-unknown', message }] };
  }

  #unreadEntries(): Incomplete[] {
    const counted = this.#unread.filter(({ ref }) => !this.#isSubject(ref));
    return [...Map.groupBy(counted, ({ reason }) => reason)].map(([reason, list]): Incomplete => {
      const named = list.slice(0, mostNamed).map(({ label }) => label);
      const names =
        list.length > named.length ? `${named.join(', ')} and ${list.length - named.length} more` : named.join(', ');
      const [components, have] = list.length === 1 ? ['component', 'has'] : ['components', 'have'];
      const why = reasons[reason === 'no-version-of-distro' ? 'no-version' : reason];
      // as where an image has a library that does not say its version
      const code = reason === 'no-version' ? 'application-unread' : 'sbom-component-unread';
      return {
        code,
        message: `${list.length} ${components} of the SBOM ${have} ${why}, so they are not listed: ${names}`,
      };
    });
  }

  /** Where nothing says that tools of this document know source packages, a missing one may be any. */
  #unknownSources(): Incomplete[] {
    if (this.#knowsSources || dialects.some((each) => each.leavesOutOwnSource && this.#tools.has(each.tool))) return [];
    const unknown = this.#drafts.filter(({ source, purl }) => source === undefined && sourceTypes.includes(purl.type));
    const [first] = unknown;
    if (first === undefined) return [];
    const packages = unknown.length === 1 ? '1 package' : `${unknown.length} packages`;
    const message = `the SBOM does not say what source ${packages} of the distro were built from (such as ${first.name}): they were judged by their own names`;
    return [{ code: 'sbom-source-unknown', message }];
  }
}

/** What a component does not say of its release its packages may. */
function withRelease(system: Distro, stated: Iterable<Distro>): Distro {
  if (system.version !== null || system.codename !== null) return system;
  const said = [...stated].find(({ id, version, codename }) => id === system.id && (version ?? codename) !== null);
  return said === undefined ? system : { ...system, version: said.version, codename: said.codename };
}

/** Types whose advisories speak of source packages. */
const sourceTypes: readonly string[] = ['deb', 'apk'];

function packageOf(draft: PackageDraft, distro: Distro | null): Package {
  const { purl, name, version, arch, licenses, paths, modularity, vendor } = draft;
  const { type } = purl;
  const isRpm = type === 'rpm';
  return {
    type,
    name,
    version,
    purl: purlOf(draft, distro),
    arch,
    source: distroTypes.has(type) ? (draft.source ?? { name, version: sourceVersion(type, version) }) : null,
    licenses,
    locations: paths.map((path) => ({ path, layer: null })),
    ownedBy: null,
    ...(isRpm ? { modularity, vendor } : {}),
  };
}

/** Of a package that is its own source: without an rpm's epoch, and without the number of Debian's rebuilds (`1.2-3+b1`). */
function sourceVersion(type: string, version: string): string {
  if (type === 'rpm') return version.replace(/^\d+:/, '');
  return type === 'deb' ? version.replace(/\+b\d+$/, '') : version;
}

/** Qualifiers that only mean something to the tool that wrote them. */
const leftOut: readonly string[] = ['upstream', 'package-id', 'file_path'];

/** Types whose purls tools write in ways of their own. */
const rebuilt: readonly string[] = ['deb', 'apk', 'rpm'];

/** As the inventory of an image has it. */
function purlOf(draft: PackageDraft, distro: Distro | null): string {
  const { purl, version, modularity } = draft;
  const { type, namespace, name, qualifiers } = purl;
  const kept = Object.fromEntries([...qualifiers].filter(([key]) => !leftOut.includes(key)));
  const own = distroQualifier(purl);
  const stated = own === undefined ? distro : distroOfQualifier(namespace, own);
  const bare = type === 'rpm' ? version.replace(/^\d+:/, '') : version;
  if (!rebuilt.includes(type) || distro === null || !stated || !sameRelease(stated, distro)) {
    return buildPurl({ type, namespace, name, version: bare, qualifiers: kept });
  }
  const epoch = type === 'rpm' ? (/^(\d+):/.exec(version)?.[1] ?? null) : null;
  return nativePurl(type, { name, version: bare, arch: draft.arch }, distro, null, { epoch, rpmmod: modularity });
}
