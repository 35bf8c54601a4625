import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import {
  type CatalogSigners,
  type FactName,
  factNames,
  type RegistryOptions,
  type SubjectRequest,
  type WithDigest,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { checkSource, fileReason, refusePipe } from '../files.ts';
import type { ProgressStream } from '../progress.ts';
import { cacheFolder, date, list, oneOf, size, text } from '../values.ts';
import { programDigest } from '../version.ts';
import { registryOptions } from './registry-options.ts';
import { scanProgress } from './scan-progress.ts';

/** A prefix alone. */
const bare = /^[a-z][a-z-]+:(?:\/\/)?$/;

export const stages = ['pipeline', 'registry', 'admission', 'runtime'] as const;

/** What `scan` and `sbom` have in common. */
export function subjectRequest(
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
  progress: ProgressStream,
): SubjectRequest {
  const platform = text(options, 'platform');
  if (platform !== undefined && platform !== 'all' && !/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9.]+)?$/.test(platform)) {
    throw new UsageError(`--platform is "${platform}"; say os/arch, such as linux/arm64`);
  }
  if (reference.trim() === '') throw new UsageError('the image is an empty word; say an archive, a folder or a name');
  // what a variable that is not set leaves: docker:$IMAGE
  if (bare.test(reference)) throw new UsageError(`the image is "${reference}", which names nothing behind its prefix`);
  return {
    reference,
    version: context.version,
    program: programDigest(),
    evaluatedAt: date(options, 'at', '--at'),
    stage: oneOf(text(options, 'stage') ?? 'pipeline', stages, '--stage'),
    platform,
    base: baseReference(text(options, 'base')),
    facts: facts(list(options, 'facts')),
    cacheDir: options.cache === false ? null : (text(options, 'cacheDir') ?? cacheFolder('layers')),
    cacheMaxBytes: size(options, 'cacheSize', '--cache-size'),
    environment: process.env,
    offline: options.offline === true,
    registry: registryOptions(options),
    signal: context.signal,
    progress: scanProgress(reference, progress),
  };
}

/** Each is read whole. */
const mostCandidates = 10;

/** @throws UsageError */
export function baseCandidates(given: readonly string[]): readonly string[] {
  for (const reference of given) {
    if (reference.trim() === '')
      throw new UsageError('--base-candidate is an empty word; say an archive, a folder or a name');
    if (bare.test(reference))
      throw new UsageError(`--base-candidate is "${reference}", which names nothing behind its prefix`);
  }
  if (given.length > mostCandidates)
    throw new UsageError(`--base-candidate names ${given.length} images; ${mostCandidates} are the most`);
  return given;
}

function baseReference(given: string | undefined): string | undefined {
  if (given?.trim() === '') throw new UsageError('--base is an empty word; say an archive, a folder or a name');
  if (bare.test(given ?? '')) throw new UsageError(`--base is "${given}", which names nothing behind its prefix`);
  if (/^(?:rootfs|sbom):/.test(given ?? ''))
    throw new UsageError(`--base is "${given}", which has no layers to compare`);
  return given;
}

/** `--facts config,files`, `--facts all` */
function facts(given: readonly string[]): readonly FactName[] {
  const names = given.flatMap((names) => names.split(','));
  if (names.includes('all')) return factNames;
  return names.map((name) => oneOf(name.trim(), factNames, '--facts'));
}

/** Where advisories come from, as `--mirror` and `--catalog` say. @throws UsageError for what cannot be one */
export async function advisorySources(options: Record<string, unknown>): Promise<{
  readonly mirrors: readonly string[];
  readonly catalog: string | undefined;
  readonly catalogKeys: readonly string[];
  readonly catalogSigners: CatalogSigners | undefined;
  readonly registry: RegistryOptions;
}> {
  const catalog = text(options, 'catalog');
  return {
    mirrors: list(options, 'mirror').map((mirror) => checkSource(mirror, '--mirror')),
    catalog: catalog === undefined ? undefined : checkCatalog(catalog, '--catalog'),
    catalogKeys: list(options, 'catalogKey').map((path) => readKey(path, 'public', '--catalog-key')),
    catalogSigners: await catalogSigners(options),
    registry: registryOptions(options),
  };
}

/** @throws UsageError */
async function catalogSigners(options: Record<string, unknown>): Promise<CatalogSigners | undefined> {
  const file = text(options, 'catalogTrustedRoot');
  const subjects = list(options, 'catalogIdentity');
  const issuer = text(options, 'catalogIssuer');
  if (file === undefined && subjects.length === 0 && issuer === undefined) return undefined;
  if (file === undefined || subjects.length === 0 || issuer === undefined)
    throw new UsageError('--catalog-trusted-root, --catalog-identity and --catalog-issuer say together who signs');
  let trustedRoot: string;
  try {
    trustedRoot = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `--catalog-trusted-root ${file} cannot be read: ${fileReason(error as NodeJS.ErrnoException)}`,
    );
  }
  const { trustedRootOf } = await import('./trust.ts');
  trustedRootOf(trustedRoot, file, '--catalog-trusted-root');
  return { trustedRoot, identities: subjects.map((subject) => ({ subject, issuer })) };
}

/** Where a catalog may be: a folder, a web server, a registry. @throws UsageError */
export function checkCatalog(given: string, flag: string): string {
  if (/^oci:\/\/[^/]/.test(given)) return given;
  const { base, digest } = /^(?<base>.+)(?<digest>@sha256:[0-9a-f]{64})$/s.exec(given)?.groups ?? {};
  return `${checkSource(base ?? given, flag)}${digest ?? ''}`;
}

const maxKeyBytes = 64 * 1024;
/** Others, such as X25519, are for agreeing on keys: nothing would ever count by one of them, and nobody told why. */
const signingKinds: ReadonlySet<string> = new Set(['ed25519', 'ed448', 'ec', 'rsa', 'rsa-pss']);

/** A key (PEM) of a file. @throws UsageError */
export function readKey(path: string, kind: 'public' | 'private', flag: string): string {
  let pem: string;
  try {
    if (statSync(path).size > maxKeyBytes) throw new UsageError(`${flag} ${path} is too large for a key`);
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${flag} ${path} cannot be read: ${fileReason(error as NodeJS.ErrnoException)}`);
  }
  let key: KeyObject;
  try {
    key = kind === 'public' ? createPublicKey(pem) : createPrivateKey(pem);
  } catch {
    throw new UsageError(`${flag} ${path} holds no ${kind} key (PEM)`);
  }
  if (!signingKinds.has(key.asymmetricKeyType ?? ''))
    throw new UsageError(`${flag} ${path} holds a key that signs nothing (${key.asymmetricKeyType})`);
  return pem;
}

const maxPolicyBytes = 4 * 1024 * 1024;

/** Reads a policy or exceptions file, with the digest that goes into the result. */
export async function readWithDigest<T>(
  path: string,
  what: string,
  parse: (text: string) => T | Promise<T>,
  maxBytes = maxPolicyBytes,
): Promise<WithDigest<T>> {
  const body = await readConfiguration(path, what, maxBytes);
  const value = await parse(body);
  return withDigest(body, () => value);
}

/** @throws UsageError for a file that cannot be read, is too large or is UTF-16 */
export async function readConfiguration(path: string, what: string, maxBytes = maxPolicyBytes): Promise<string> {
  refusePipe(path, what);
  const bytes = await readStart(path, maxBytes + 1).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the ${what} ${path} cannot be read: ${fileReason(error)}`);
  });
  if (bytes.length > maxBytes) throw new UsageError(`the ${what} ${path} is larger than ${maxBytes} bytes`);
  if (isUtf16(bytes)) throw new UsageError(`the ${what} ${path} is UTF-16; save it as UTF-8`);
  return bytes.toString('utf8');
}

/** By its mark, or a first letter of two bytes: what some editors and shells write, and a reader of YAML takes for one odd word. */
function isUtf16([first, second]: Buffer): boolean {
  if (first === undefined || second === undefined) return false;
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // from the tab on: what begins with other control characters is no text at all
  return isMark || ((first === 0) !== (second === 0) && first + second >= 0x09);
}

/** What is named may be a pipe or a device that never ends. */
async function readStart(path: string, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: length - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function withDigest<T>(body: string, parse: (text: string) => T): WithDigest<T> {
  return { value: parse(body), digest: `sha256:${createHash('sha256').update(body).digest('hex')}` };
}
