/** The contract of the advisories room: what is known about vulnerabilities, in shards. */

/** In rising order; `level` of a result is the index. */
export const severities = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'] as const;
export type Severity = (typeof severities)[number];

export interface VersionRange {
  /** inclusive; null: from the beginning */
  readonly introduced: string | null;
  /** exclusive */
  readonly fixed: string | null;
  /** inclusive */
  readonly lastAffected: string | null;
}

/**
 * Shards of rpm distros hold what is said of a source package under its name with this before it, since a binary of the same
 * name may be of another source. No name of a package has a colon.
 */
export const sourceKeyPrefix = 'src:';

export type AdvisoryStatus =
  | 'affected'
  | 'not-affected'
  | 'will-not-fix'
  | 'deferred'
  | 'end-of-life'
  | 'under-investigation';

export interface CvssRating {
  /** who rated: `nvd`, `cisa-vulnrichment`, `github`, the advisory source */
  readonly source: string;
  /** `2.0`, `3.0`, `3.1`, `4.0` */
  readonly version: string;
  readonly vector: string;
  /** as stated by the source; null where it states the vector alone */
  readonly score: number | null;
}

export interface LabelRating {
  readonly source: string;
  readonly severity: Severity;
}

/** A package of a module that has the flaw; without symbols all of it. */
export interface FunctionImport {
  /** import path: `net/http` */
  readonly path: string;
  /** `Server.Serve` */
  readonly symbols: readonly string[];
}

/** One source's statement on one package: what a shard holds for it. One record may name several vulnerabilities only as a bulletin does. */
export interface AdvisoryRecord {
  /** the record's id at its source: `CVE-2022-0778`, `GHSA-…`, `PYSEC-…`, `UBUNTU-CVE-…` */
  readonly id: string;
  /** `debian-tracker`, `alpine-secdb`, `osv`, … */
  readonly source: string;
  /** ids that name the *same* vulnerability, sorted, without `id` */
  readonly aliases: readonly string[];
  /** bulletins that fix it (DSA-…, USN-…), sorted; never used to merge */
  readonly bulletins: readonly string[];
  /** package name as the shard keys it: the source package for deb and apk (origin), for rpm the binary or `src:` and the source, the normalised name for pypi */
  readonly package: string;
  /** version scheme (`deb`, `apk`, `npm`, `pypi`, `maven` …); a scheme without a comparator is kept */
  readonly scheme: string;
  /** affected when inside any range or equal to any of `versions` */
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  readonly status: AdvisoryStatus;
  /** labels as the record's own source gives them (Ubuntu priority, Debian urgency, GHSA severity) */
  readonly labels: readonly LabelRating[];
  readonly cvss: readonly CvssRating[];
  /** `YYYY-MM-DD` */
  readonly published: string | null;
  readonly modified: string | null;
  /** when the fix became known (bulletin's date), where stated */
  readonly fixedSince: string | null;
  /** archive that the fix is in, where it is not the release's own: `esm-apps`, `esm-infra`, `esm` (Ubuntu Pro), `testing` (Arch) */
  readonly channel?: string;
  /** OSV `MAL-`: the package itself is malicious */
  readonly malicious: boolean;
  readonly cwes: readonly string[];
  /** Go: packages and functions that have the flaw, where the record names them */
  readonly imports?: readonly FunctionImport[];
  /** rpm: `NAME:STREAM` of the module whose packages alone it is about, `*` when the source does not say which; absent: packages outside modules */
  readonly module?: string;
  /** rpm: architectures that it is about alone, sorted; absent: every one */
  readonly arches?: readonly string[];
}

/**
 * What one source says on one package, about one vulnerability or several: a shard writes once what it says of all of them.
 * `recordsOf` makes a record of each.
 */
export interface Statement extends Omit<AdvisoryRecord, 'id'> {
  /** at least one */
  readonly ids: readonly string[];
}

/** Ratings of one CVE by those who rate every CVE (shards `ratings-YYYY`, and `NAME-ratings` beside an advisory shard). */
export interface RatingRecord {
  readonly id: string;
  readonly labels: readonly LabelRating[];
  readonly cvss: readonly CvssRating[];
  readonly cwes: readonly string[];
  readonly published: string | null;
  /** NVD `Rejected` */
  readonly rejected: boolean;
  /** what CISA's analysts know of its exploitation (SSVC); absent: they have not looked */
  readonly exploitation?: 'none' | 'poc' | 'active';
}

/** Shard `kev`. */
export interface KevRecord {
  readonly id: string;
  readonly dateAdded: string;
  readonly dueDate: string | null;
  readonly ransomware: boolean;
}

/** Shard `epss`: how likely FIRST thinks it that somebody exploits it within 30 days. */
export interface EpssRecord {
  readonly id: string;
  /** 0 to 1 */
  readonly score: number;
  /** share of all CVEs with a lower score, 0 to 1 */
  readonly percentile: number;
}

/** In rising order: a proof that somebody wrote down, one that somebody checked, one that is part of an attack tool. */
export const exploitMaturities = ['poc', 'functional', 'weaponised'] as const;
export type ExploitMaturity = (typeof exploitMaturities)[number];

/** Shard `exploits`: where exploits of a CVE are published. */
export interface ExploitRecord {
  readonly id: string;
  /** the highest of its publications */
  readonly maturity: ExploitMaturity;
  /** `exploit-db` 50689, `metasploit` exploit/linux/…, `nuclei` http/cves/…; the most mature first */
  readonly published: readonly { readonly source: string; readonly id: string }[];
}

/** Shard `eol`: one record per distro release, by os-release id. */
export interface EolRecord {
  /** os-release id */
  readonly distro: string;
  /** release cycle: `12`, `3.12`, `22.04` */
  readonly cycle: string;
  readonly codename: string | null;
  readonly released: string | null;
  /** end of the *public* security support (Debian's LTS counts, Ubuntu's paid Pro does not), `YYYY-MM-DD`; true: over at an unknown date; false: none announced */
  readonly endOfSupport: string | boolean;
}

/** Texts that only explanations ask for (parallel shard `NAME-texts`), by record id. */
export interface AdvisoryText {
  readonly id: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly references: readonly string[];
}

/** A shard as it moves: one zstd frame. */
export interface ShardBlob {
  /** `sha256:…` of the compressed bytes */
  readonly digest: string;
  /** bytes */
  readonly size: number;
}

export interface ShardInfo {
  readonly name: string;
  /** `sha256:…` of the shard's file */
  readonly digest: string;
  /** bytes */
  readonly size: number;
  readonly records: number;
  readonly kind: 'advisories' | 'texts' | 'ratings' | 'kev' | 'eol' | 'epss' | 'exploits';
  /** attribution per feed that went in */
  readonly licenses: readonly string[];
  /** feeds that went in (URLs of the upstream hosts), sorted */
  readonly feeds: readonly string[];
  /** what upstream says, `YYYY-MM-DD` */
  readonly dataDate: string | null;
  /** when it was last confirmed against upstream, `YYYY-MM-DD` */
  readonly checkedAt: string;
  /** where the catalog has it compressed for transport */
  readonly blob?: ShardBlob;
  /** made from the example advisories that ship for the demo */
  readonly example?: true;
}

export interface Catalog {
  readonly schemaVersion: 1;
  readonly shards: readonly ShardInfo[];
}

/** Read side of the store: synchronous look-ups in shards that were opened and whose digest was found equal. */
export interface AdvisoryReader {
  /** undefined: not in the catalog, or its file is missing or damaged */
  shard(name: string): ShardInfo | undefined;
  /** every shard of the catalog */
  shards(): readonly ShardInfo[];
  /** what is said of each of these package names (names of which nothing is said are absent); asked in one batch */
  statements(shard: string, packages: readonly string[]): ReadonlyMap<string, readonly Statement[]>;
  /** the same, as a record per vulnerability: of a kernel there are thousands */
  advisories(shard: string, packages: readonly string[]): ReadonlyMap<string, readonly AdvisoryRecord[]>;
  /** names `group:artifact` of a shard with one of these artifacts behind the last separator, sorted: reads all names of the shard */
  namesakes(shard: string, artifacts: readonly string[], separator: string): readonly string[];
  /** every record of a shard that is, is called or belongs to `id`, by package: reads the whole shard */
  naming(shard: string, id: string): ReadonlyMap<string, readonly AdvisoryRecord[]>;
  /** @param beside advisory shards whose own ratings may answer, too */
  ratings(cves: readonly string[], beside?: readonly string[]): ReadonlyMap<string, RatingRecord>;
  kev(ids: readonly string[]): ReadonlyMap<string, KevRecord>;
  epss(ids: readonly string[]): ReadonlyMap<string, EpssRecord>;
  exploits(ids: readonly string[]): ReadonlyMap<string, ExploitRecord>;
  endOfLife(distro: string): readonly EolRecord[];
  /** titles of an advisory shard's records; those without one are absent */
  titles(shard: string, ids: readonly string[]): ReadonlyMap<string, string>;
  texts(shard: string, ids: readonly string[]): ReadonlyMap<string, AdvisoryText>;
  /** the record of this name that was taken back, and the day, `YYYY-MM-DD`; other records may still have the name */
  withdrawn(shard: string, name: string): { readonly id: string; readonly on: string | null } | undefined;
  /** every shard of the catalog that was looked for, and whether it was there and sound */
  looked(): ReadonlyMap<string, boolean>;
  close(): void;
}
