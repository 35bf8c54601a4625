import type { ProofFilter } from '../cataloger.ts';

export interface ApkPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string | null;
  /** name of the package that it was built from */
  readonly origin: string;
  readonly license: string | null;
  /** files of the package that would prove language packages, relative to the root */
  readonly proofs: readonly string[];
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
  proofs: string[];
}

/**
 * Reads apk's database of installed packages: stanzas of `X:value` lines, one letter each, with a blank line between
 * them. `F:` names a directory, and the `R:` lines behind it files in it.
 *
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec
 */
export function parseApkInstalled(text: string, proofs: ProofFilter): ApkInstalled {
  const packages: ApkPackage[] = [];
  let damage: string | null = null;
  let draft: Draft | null = null;
  let directory = '';
  const close = () => {
    if (draft === null) return;
    const found = finish(draft);
    if (typeof found === 'string') damage ??= found;
    else packages.push(found);
    draft = null;
    directory = '';
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
          if (mayProve(text, value, end, directory, proofs)) {
            const path = directory === '' ? text.slice(value, end) : `${directory}/${text.slice(value, end)}`;
            if (proofs.proves(path)) draft.proofs.push(path);
          }
          break;
      }
    }
    start = end + 1;
  }
  close();
  if (text.length > 0 && !text.endsWith('\n')) damage ??= 'it ends in the middle of a line';
  return { packages, damage };
}

const colon = 0x3a;

/** Without building the path: needles are the ends of base names. */
function mayProve(text: string, start: number, end: number, directory: string, { needles }: ProofFilter): boolean {
  return directory.length + end - start <= longestPath && needles.some((needle) => text.endsWith(needle, end));
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
    proofs: draft.proofs,
  };
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && text.length > 0 && text.length <= 512 && !/[\s\u0000-\u001f\u007f\ufffd]/.test(text);
}
