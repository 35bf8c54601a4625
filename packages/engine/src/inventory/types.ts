/** The contract of the inventory room: what is inside an image. */
import type { ImageConfig, LayerDescriptor, ReadProblemCode } from '../image/types.ts';
import type { LicenseGroup } from '../licenses/license-groups.ts';

export interface Distro {
  /** `ID` of os-release */
  readonly id: string;
  /** `VERSION_ID` as written; null where there is none (Debian sid, Arch) */
  readonly version: string | null;
  readonly codename: string | null;
  readonly prettyName: string | null;
  /** `ID_LIKE`, in order */
  readonly like: readonly string[];
}

/** Purl types; the ones read today and those that follow. */
export type PackageType = string;

export interface PackageLocation {
  /** absolute, `/var/lib/dpkg/status`; the file that proves the package */
  readonly path: string;
  /** diff ID of the layer that introduced the package; null for a rootfs and an SBOM */
  readonly layer: string | null;
}

export interface Package {
  readonly type: PackageType;
  readonly name: string;
  /** as the ecosystem writes it */
  readonly version: string;
  readonly purl: string;
  readonly arch: string | null;
  readonly source: { readonly name: string; readonly version: string } | null;
  /** declared texts, in the order of the declaration, without duplicates */
  readonly licenses: readonly string[];
  readonly locations: readonly PackageLocation[];
  /** name of the distro package that ships the file that proves it */
  readonly ownedBy: string | null;
  /** rpm: label of the module that the package was built for, `NAME:STREAM:VERSION:CONTEXT`; absent for other types */
  readonly modularity?: string | null;
  /** rpm: who built the package, as its header says; absent for other types */
  readonly vendor?: string | null;
  /** path of the SBOM in the image that lists it; absent for what was found itself */
  readonly claimedBy?: string;
}

export type IncompleteCode =
  | ReadProblemCode
  /** a package database is there and cannot be read yet (rpm, pacman …), path says which */
  | 'package-database-unread'
  /** a package database is damaged; the packages that could be read are listed */
  | 'package-database-damaged'
  /** a package database that a later layer removed */
  | 'package-database-removed'
  /** a package database that a later layer edited: it hides packages, or their versions, whose files are still there */
  | 'package-database-altered'
  /** the image names its distro, and holds no package database at all, or an empty one: what is installed is not known */
  | 'package-database-missing'
  /** the image is for an operating system whose packages are not read (Windows) */
  | 'platform-unread'
  /** packages of a distro are there, but not which release it is */
  | 'distro-unknown'
  /** a package manifest (package.json, METADATA …) cannot be parsed */
  | 'package-manifest-damaged'
  /** an SBOM has components that cannot be read as packages (no package URL, a damaged one, a distro's package without version) */
  | 'sbom-component-unread'
  /** an SBOM that lists nothing, or that says of itself that it lacks something */
  | 'sbom-incomplete'
  /** an SBOM that does not say which source package a distro's package was built from, by which advisories know it */
  | 'sbom-source-unknown'
  /** an application kind that is recognised and not read yet (snap …) */
  | 'application-unread'
  /** a link that loops or leaves the image, where a package database was expected */
  | 'link-broken'
  /** the history does not tell which instruction made each layer, and rules or `--facts` ask for the Dockerfile */
  | 'history-incomplete'
  /** secrets were asked for, and a file that may hold some was not looked at, or not to its end */
  | 'secrets-unread'
  /** files were to be scanned for malware (`--clamd`), and some were not: too large, or the daemon failed or refused */
  | 'malware-scan-incomplete'
  /** the image is not built on the base that was given */
  | 'base-mismatch'
  /** matching: no feed for this package type */
  | 'no-feed'
  /** matching: versions of this package type, or one in an advisory, cannot be compared, or a Maven, Composer or Swift package that would be affected names no group, vendor or repository */
  | 'not-comparable'
  /** matching: this version cannot be parsed */
  | 'version-unparsed';

export interface Incomplete {
  readonly code: IncompleteCode;
  readonly message: string;
  readonly path?: string;
  /** diff ID */
  readonly layer?: string;
}

/** Files, and their bytes, of one kind; how many of them a known package answers for. */
export interface CoverageCount {
  readonly files: number;
  readonly bytes: number;
  readonly ownedFiles: number;
  readonly ownedBytes: number;
}

/** What can be run, and how much of it came with a package that is listed. */
export interface Coverage {
  readonly executables: CoverageCount;
  /** shared ones */
  readonly libraries: CoverageCount;
}

/** Facts that can be asked for by name; `config` is always there. */
export const factNames = ['config', 'dockerfile', 'files', 'licenses', 'programs', 'secrets', 'users'] as const;
export type FactName = (typeof factNames)[number];

/** Files that a rule asks for, notable or not. */
export interface FileQuery {
  /** all that decides what `wants` answers, for the keys of caches */
  readonly key: string;
  /** @param path absolute */
  wants(path: string): boolean;
  readonly sha256: boolean;
  readonly content: boolean;
}

/** A file of the squashed view that is notable for its mode, or that a rule asks for. */
export interface FileFact {
  /** absolute */
  readonly path: string;
  /** a device is also a named pipe */
  readonly type: 'file' | 'directory' | 'device';
  /** permission bits with set-id and sticky bits, octal: `4755` */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** bytes */
  readonly size: number;
  /** diff ID of the layer that it stands in; null for a rootfs */
  readonly layer: string | null;
  /** hexadecimal; only where a rule asks for it and the file could be read */
  readonly sha256?: string;
}

/** One line of the Dockerfile that the history tells of. */
export interface DockerfileLine {
  /** keyword in capitals: `RUN`; null for a history entry that is no instruction (Bazel, ko, buildpacks …) */
  readonly instruction: string | null;
  /** as people write it, without the values of ENV, ARG and build arguments; lines of a here-document are part of it */
  readonly text: string;
  /** diff ID of the layer that it made; null where it made none, or that is not known */
  readonly layer: string | null;
  /** that of the image, as an SBOM of ours says: what tells two of them apart */
  readonly claimedLayer?: string;
  /** as the history states it */
  readonly created: string | null;
  /** whether it is a line of the base image's; null: not known */
  readonly base: boolean | null;
}

/** An account of the squashed view's `/etc/passwd`. No value of a password field is kept. */
export interface UserFact {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** names, the own one of the account among them, sorted */
  readonly groups: readonly string[];
  readonly home: string;
  /** empty: that of the system */
  readonly shell: string;
  /** `none`: neither passwd nor shadow has one; `empty`: a log-in needs none */
  readonly password: 'none' | 'locked' | 'hashed' | 'empty';
  /** how the password is hashed; null where it is not */
  readonly hash:
    | 'des'
    | 'bsdi-des'
    | 'md5'
    | 'sun-md5'
    | 'nt'
    | 'sha1'
    | 'sha256'
    | 'sha512'
    | 'bcrypt'
    | 'scrypt'
    | 'sm3'
    | 'argon2'
    | 'yescrypt'
    | 'gost-yescrypt'
    | null;
  /** whether sudoers lets it run anything */
  readonly sudo: 'none' | 'password' | 'no-password';
  /** may become root: user id 0, a grant of sudoers, or a group that distributions give such rights */
  readonly admin: boolean;
  /** diff ID of the layer since which the account is there; null for a rootfs */
  readonly layer: string | null;
}

/** The licence of one package of the inventory. */
export interface LicenseFact {
  readonly purl: string;
  /** of the package's first location; null where it has none */
  readonly path: string | null;
  /** diff ID */
  readonly layer: string | null;
  /** as in `packages[].licenses` */
  readonly declared: readonly string[];
  /** of SPDX; words that name no licence of its list stand in it as `LicenseRef-…`; null: nothing says which licence it is */
  readonly expression: string | null;
  /** identifiers in the expression, each once, sorted */
  readonly ids: readonly string[];
  readonly group: LicenseGroup;
  /** what stands for no known licence, as declared */
  readonly unknown: readonly string[];
  /** the files that say so, absolute; empty where the package declares it */
  readonly files: readonly string[];
}

export type SecretSeverity = 'Critical' | 'High' | 'Medium' | 'Low';

/** A secret, never its value. Where it lies: `path`, `env`, `label`, `config`, or (none of them) in the history. */
export interface SecretFact {
  /** `github-token`, one of the reference's list */
  readonly kind: string;
  readonly title: string;
  /** Low for an example */
  readonly severity: SecretSeverity;
  /** absolute; also of a file that a later layer deleted: it still ships */
  readonly path?: string;
  /** of the file, from 1 */
  readonly line?: number;
  /** environment variable */
  readonly env?: string;
  readonly label?: string;
  /** other key of the configuration: `cmd`, `entrypoint`, `user`, `shell` … */
  readonly config?: string;
  /** diff ID of the layer that the file stands in, or that the history entry made; null: none, or a rootfs or SBOM */
  readonly layer: string | null;
  /** that of the image, as an SBOM of ours says: what tells two of them apart */
  readonly claimedLayer?: string;
  /** nothing but a prefix that all of its kind have: `ghp_****` */
  readonly masked: string;
  /** a later layer deleted or replaced the file, so that a container does not see it */
  readonly deleted: boolean;
  /** written as an example, or a token that was never given out (its checksum is wrong) */
  readonly example: boolean;
}

/** A package manager or shell that a container can run. */
export interface ProgramFact {
  readonly kind: 'package-manager' | 'shell';
  /** that of the file, `apt-get` */
  readonly name: string;
  /** absolute; it may be a link to another program, of which a file is there */
  readonly path: string;
  /** diff ID of the layer that the path, not what it leads to, stands in; null for a rootfs */
  readonly layer: string | null;
}

/** How a container of the image is run, as its engine says (`docker inspect`). No values of variables or arguments are kept. */
export interface ContainerFact {
  readonly name: string;
  readonly id: string;
  /** as it was named when the container was made */
  readonly image: string;
  /** config digest */
  readonly imageId: string;
  /** as written; empty: the image's, or root */
  readonly user: string;
  /** base name of the program that was started */
  readonly program: string;
  readonly privileged: boolean;
  /** in capitals, without `CAP_` */
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  /** empty: none */
  readonly appArmor: string;
  readonly seLinux: boolean;
  readonly seccomp: 'default' | 'unconfined' | 'custom';
  readonly noNewPrivileges: boolean;
  /** `host`, `bridge`, `container:ID` … ; empty: the engine's default */
  readonly network: string;
  readonly pid: string;
  readonly ipc: string;
  readonly uts: string;
  readonly userns: string;
  readonly cgroupParent: string;
  /** bytes; 0: no limit */
  readonly memory: number;
  readonly cpuLimited: boolean;
  /** 0: no limit */
  readonly pidsLimit: number;
  readonly readOnlyRoot: boolean;
  readonly restart: string;
  readonly restartRetries: number;
  readonly mounts: readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly readOnly: boolean;
    readonly propagation: string;
  }[];
  /** paths on the host */
  readonly devices: readonly string[];
  readonly ulimits: readonly string[];
  readonly ports: readonly {
    readonly container: number;
    readonly protocol: string;
    readonly host: number;
    /** empty: every interface */
    readonly address: string;
  }[];
  readonly healthcheck: boolean;
}

/** What is absent was not asked for; empty means that there is none. */
export interface Facts {
  /** null for a rootfs and an SBOM of others */
  readonly config: ImageConfig | null;
  /** null for an SBOM of others: it does not say what lies in no package */
  readonly coverage: Coverage | null;
  /** set-user-id and set-group-id files, and everything but links that all may write; those that rules ask for; sorted by path */
  readonly files?: readonly FileFact[];
  /** one of every package, in their order */
  readonly licenses?: readonly LicenseFact[];
  /** oldest first */
  readonly dockerfile?: readonly DockerfileLine[];
  /** sorted by path */
  readonly programs?: readonly ProgramFact[];
  /** in the order of `/etc/passwd` */
  readonly users?: readonly UserFact[];
  /** sorted by place: files by path and layer, then the configuration */
  readonly secrets?: readonly SecretFact[];
  /** sorted by digest and source; absent: nobody said whose count, or it was not read from a registry */
  readonly signatures?: readonly SignatureFact[];
  /** of the image that are run, where their engine's word was given */
  readonly containers?: readonly ContainerFact[];
  /** of a result, where the others were not asked for and the configuration has some */
  readonly configSecrets?: readonly SecretFact[];
  /** of a result of a scan, where there is something to tell */
  readonly code?: readonly CodeFact[];
}

/** A signature under an image in a registry: looked at where it was said whose count. */
export interface SignatureFact {
  /** tag or digest of the manifest that carries it */
  readonly source: string;
  /** of the manifest or image index that it was looked for at */
  readonly digest: string;
  readonly verified: boolean;
  /** `sha256:…` of the public key (SPKI) that signed it, and was given */
  readonly key: string | null;
  /** whom its certificate names, where that holds under the trusted root, and who vouched for that */
  readonly identity: string | null;
  readonly issuer: string | null;
  /** why it does not count */
  readonly problem: string | null;
}

/** What a file or a package tells of the code in it: evidence for findings, never a reason to leave one out. */
export type CodeFact =
  /** which functions are linked into a Go binary: the text of a `NameSet` */
  | { readonly kind: 'go-functions'; readonly path: string; readonly functions: string }
  /** which of the classes that advisories name are in a Java archive */
  | { readonly kind: 'java-classes'; readonly path: string; readonly classes: readonly string[] }
  /** a distro package whose files are documentation, translations and other data alone */
  | { readonly kind: 'data-only'; readonly type: PackageType; readonly name: string };

export interface Inventory {
  readonly distro: Distro | null;
  /** sorted by type, name, version, arch, path (plain code unit order) */
  readonly packages: readonly Package[];
  readonly facts: Facts;
  /** those of the configuration, which is looked at in any case: its values are masked. Absent for an SBOM of others */
  readonly configSecrets?: readonly SecretFact[];
  /** sorted by code, path, message */
  readonly incomplete: readonly Incomplete[];
  /** absolute path → text, of files whose content a rule asks for; never part of a result */
  readonly contents?: readonly (readonly [path: string, text: string])[];
  /** absent for an SBOM of others */
  readonly code?: readonly CodeFact[];
  /** base first */
  readonly layers: readonly LayerDescriptor[];
}
