import { isOwnedExecutable } from '../binary/executable-path.ts';
import type { ProofFilter, ShippedFile } from '../cataloger.ts';
import { isDataPath } from '../data-folders.ts';

export interface ApkPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string | null;
  /** name of the package that it was built from */
  readonly origin: string;
  readonly license: string | null;
  /** of the package file, `Q1…` */
  readonly checksum: string | null;
  /** files of the package that would prove language packages; digests are SHA-1 */
  readonly proofs: readonly ShippedFile[];
  /** all its files are documentation, translations and the like; absent: not all, or it has none */
  readonly dataOnly?: true;
}

export interface ApkInstalled {
  readonly packages: readonly ApkPackage[];
  /** what is wrong, or null */
  readonly damage: string | null;
}

interface Draft {
  name?: string;
  version?: string;
  arch?: string;
  origin?: string;
  license?: string;
  checksum?: string;
  proofs: ShippedFile[];
  /** whether some, and only, files of data were seen; undefined: no file */
  dataOnly?: boolean;
}

/**
 * Reads apk's database of installed packages: stanzas of `X:value` lines, one letter each, with a blank line between
 * them. `F:` names a directory, the `R:` lines behind it files in it, and `Z:` the
 * digest of the file before it.
 *
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec
 */
export function parseApkInstalled(text: string, proofs: ProofFilter): ApkInstalled {
  const packages: ApkPackage[] = [];
  let damage: string | null = null;
  let draft: Draft | null = null;
  let directory = '';
  let awaitsDigest = false;
  const close = () => {
    if (draft === null) return;
    const found = finish(draft);
    if (typeof found === 'string') damage ??= found;
    else packages.push(found);
    draft = null;
    directory = '';
    awaitsDigest = false;
  };
  let line = 0;
  for (let start = 0; start < text.length; ) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end === start) close();
    else if (end - start < 2 || text.charCodeAt(start + 1) !== colon) damage ??= `line ${line} is no field`;
    else {
      draft ??= { proofs: [] };
      const value = start + 2;
      switch (text.charCodeAt(start)) {
        case 0x43: // C
          draft.checksum = text.slice(value, end);
          break;
        case 0x50: // P
          draft.name = text.slice(value, end);
          break;
        case 0x56: // V
          draft.version = text.slice(value, end);
          break;
        case 0x41: // A
          draft.arch = text.slice(value, end);
          break;
        case 0x6f: // o
          draft.origin = text.slice(value, end);
          break;
        case 0x4c: // L
          draft.license = text.slice(value, end).trim();
          break;
        case 0x46: // F
          directory = text.slice(value, end);
          break;
        case 0x52: // R
          awaitsDigest = false;
          draft.dataOnly = draft.dataOnly !== false && isDataPath(directory);
          if (mayProve(text, value, end, directory, proofs)) {
            const path = directory === '' ? text.slice(value, end) : `${directory}/${text.slice(value, end)}`;
            awaitsDigest = proofs.proves(path);
            if (awaitsDigest) draft.proofs.push({ path, digest: null });
          }
          break;
        case 0x5a: // Z
          if (awaitsDigest)
            draft.proofs.push({ path: draft.proofs.pop()!.path, digest: sha1Of(text.slice(value, end)) });
          awaitsDigest = false;
          break;
      }
    }
    start = end + 1;
  }
  close();
  if (text.length > 0 && !text.endsWith('\n')) damage ??= 'it ends in the middle of a line';
  return { packages, damage };
}

/** `Q1` and 20 bytes in base64. */
function sha1Of(text: string): string | null {
  return /^Q1[A-Za-z0-9+/]{27}=$/.test(text) ? Buffer.from(text.slice(2), 'base64').toString('hex') : null;
}

const colon = 0x3a;

/** Without building the path: needles are the ends of base names, and executables lie in few directories. */
function mayProve(text: string, start: number, end: number, directory: string, { needles }: ProofFilter): boolean {
  if (directory.length + end - start > longestPath) return false;
  return needles.some((needle) => text.endsWith(needle, end)) || isOwnedExecutable(directory, text.slice(start, end));
}

const longestPath = 4096;

function finish(draft: Draft): ApkPackage | string {
  const { name, version } = draft;
  if (!isWord(name)) return 'an entry has no package name';
  if (!isWord(version)) return `package ${JSON.stringify(name.slice(0, 60))} has no version`;
  return {
    name,
    version,
    arch: isWord(draft.arch) ? draft.arch : null,
    origin: isWord(draft.origin) ? draft.origin : name,
    license: draft.license || null,
    checksum: isWord(draft.checksum) ? draft.checksum : null,
    proofs: draft.proofs,
    ...(draft.dataOnly === true && { dataOnly: true }),
  };
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && text.length > 0 && text.length <= 512 && !/[\s\u0000-\u001f\u007f\ufffd]/.test(text);
}
