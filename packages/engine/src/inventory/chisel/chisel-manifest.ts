import { zstdDecompressSync } from 'node:zlib';
import type { ProofFilter, ShippedFile } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { isPackageWord } from '../package-word.ts';

export interface ChiselPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string | null;
}

export interface ChiselManifest {
  /** in the order of the file */
  readonly packages: readonly ChiselPackage[];
  /** files that would prove language packages, with SHA-256, and the package that each is of */
  readonly files: readonly (ShippedFile & { readonly owner: string })[];
  /** what is wrong, or null */
  readonly damage: string | null;
}

/** What a line may say; nothing of it is sure. */
interface Line {
  readonly jsonwall?: unknown;
  readonly count?: unknown;
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly version?: unknown;
  readonly arch?: unknown;
  readonly path?: unknown;
  readonly slices?: unknown;
  readonly sha256?: unknown;
  readonly final_sha256?: unknown;
}

/** Of the text; the largest manifests seen have 2 MB. */
const maxTextBytes = 64 * 1024 * 1024;

/**
 * Reads what chisel says of the slices of packages that it laid down: lines of JSON, sorted, behind a line that says how
 * many there are; all compressed.
 *
 * @throws CatalogError when it is no such file
 * @see https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/
 */
export function parseChiselManifest(body: Buffer, proofs: ProofFilter): ChiselManifest {
  const lines = inflate(body).split('\n');
  const head = readLine(lines[0] ?? '');
  if (typeof head?.jsonwall !== 'string') throw damagedBy('its first line is no head');
  const packages: ChiselPackage[] = [];
  const files: (ShippedFile & { readonly owner: string })[] = [];
  let damage: string | null = null;
  for (const line of lines.slice(1)) {
    const isFile = line.startsWith('{"kind":"path"');
    if (line === '' || (isFile && !proofs.needles.some((needle) => line.includes(needle)))) continue;
    const entry = readLine(line);
    if (entry === null) damage ??= 'a line is no entry';
    else if (entry.kind === 'package') {
      const { name, version, arch } = entry;
      if (!isWord(name) || !isWord(version)) damage ??= 'a package has no readable name or version';
      else packages.push({ name, version, arch: isWord(arch) ? arch : null });
    } else if (entry.kind === 'path') {
      const file = fileOf(entry);
      if (file !== null && proofs.proves(file.path)) files.push(file);
    }
  }
  const count = lines.filter((line) => line !== '').length;
  if (head.count !== count) damage ??= `it has ${count} lines and says ${String(head.count).slice(0, 20)}`;
  return { packages, files, damage };
}

function inflate(body: Buffer): string {
  try {
    return zstdDecompressSync(body, { maxOutputLength: maxTextBytes }).toString('utf8');
  } catch (cause) {
    throw damagedBy(`it is no zstd file of at most ${maxTextBytes} bytes`, { cause });
  }
}

function damagedBy(what: string, options?: ErrorOptions): CatalogError {
  return new CatalogError('package-database-damaged', `the chisel manifest is damaged: ${what}`, options);
}

function readLine(line: string): Line | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // told as damage by the caller
    return null;
  }
}

/** Slices are named `PACKAGE_SLICE`; a file that several have is of the first. What was changed afterwards has a second digest. */
function fileOf(entry: Line): (ShippedFile & { readonly owner: string }) | null {
  const { path, slices, sha256, final_sha256: final } = entry;
  const slice: unknown = Array.isArray(slices) ? slices[0] : null;
  if (typeof path !== 'string' || path.length > 4096 || typeof slice !== 'string') return null;
  const digest = [final, sha256].find((text) => typeof text === 'string' && /^[\da-f]{64}$/.test(text));
  const owner = slice.slice(0, Math.max(slice.indexOf('_'), 0));
  return owner === ''
    ? null
    : { path: path.replace(/^\/+/, ''), digest: (digest as string | undefined) ?? null, owner };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && isPackageWord(value);
}
