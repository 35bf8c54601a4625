/** What `scan` and `replay` judge by, read from their options. */
import {
  type Baseline,
  baselineOf,
  type ExceptionFile,
  ratingSources,
  readContainers,
  readExceptions,
  readVex,
  type ScanRequest,
  type ScanResult,
  type VexFile,
  type WithDigest,
} from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { readWithDigest, withDigest } from './request.ts';

export const defaultMaxDbAgeDays = 5;

/** `debian:12` */
export function judgedAs(given: string | undefined): ScanRequest['judgedAs'] {
  if (given === undefined) return null;
  const [, id, version] = /^([a-z][a-z0-9._-]*):([a-z0-9][a-z0-9._-]*)$/.exec(given) ?? [];
  if (id === undefined || version === undefined) {
    throw new UsageError(`--distro is "${given}"; say the distribution and its release, such as debian:12`);
  }
  return { id, version };
}

/** An address of the NVD's, or the id of an organisation that has none. */
const assigner = /@|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * `distro`, and sources as a result names them: `nvd`, `cisa-vulnrichment`, `redhat`, `secalert@redhat.com`. Names of those who
 * assign CVEs are too many to know: `cna:wordfence` says that it is one and no slip of the pen.
 *
 * @throws UsageError
 */
export function severityOrder(given: readonly string[]): readonly string[] | undefined {
  const names = given.flatMap((value) => value.split(',')).map((name) => name.trim());
  const order = names.map((name) => name.replace(/^cna:/, ''));
  if (order.length === 0) return undefined;
  const odd = order.find((name, at) => !/^[a-z0-9][a-z0-9._@+-]{0,99}$/i.test(name) || order.indexOf(name) !== at);
  if (odd !== undefined)
    throw new UsageError(
      `--severity-order holds "${odd}"; name each source once, such as distro,nvd,cisa-vulnrichment`,
    );
  const unknown = names.find((name) => !ratingSources.includes(name) && !/^cna:/.test(name) && !assigner.test(name));
  if (unknown === undefined) return order;
  const known = ratingSources.join(', ');
  throw new UsageError(
    `--severity-order holds "${unknown}", which no source is called: there are ${known}, and those who assign CVEs by their address (secalert@redhat.com) or short name (cna:${unknown})`,
  );
}

/** Of several that apply the first in this order is given: what is broken, then what could not be judged. */
const exitOrder: readonly number[] = [1, 5, 4];

export function firstExitCode(codes: readonly number[]): number {
  return exitOrder.find((code) => codes.includes(code)) ?? 0;
}

export function exceptionFiles(paths: readonly string[]): Promise<WithDigest<ExceptionFile>[]> {
  return Promise.all(
    paths.map((path) => readWithDigest(path, 'exceptions file', (body) => readExceptions(body, path))),
  );
}

/** @throws UsageError, PolicyError */
export function containerFiles(paths: readonly string[]): Promise<NonNullable<ScanRequest['containers']>> {
  return Promise.all(
    paths.map(async (path) => {
      const read = await readWithDigest(path, 'container file', (body) => readContainers(body, path), 16 * 1024 * 1024);
      return { ...read, source: path };
    }),
  );
}

/** What `--baseline` names: an earlier result, an image that is scanned as well, or the base image. */
type BaselineSource =
  | { readonly kind: 'results'; readonly path: string; readonly results: readonly ScanResult[] }
  | { readonly kind: 'image'; readonly reference: string };

/**
 * @param base what `--base` says
 * @throws UsageError
 */
export async function baselineSource(
  given: string | undefined,
  base: string | undefined,
): Promise<BaselineSource | undefined> {
  if (given === undefined) return undefined;
  if (given === 'base') {
    if (base === undefined) throw new UsageError('--baseline base wants --base IMAGE');
    return { kind: 'image', reference: base };
  }
  if (namesImage(given)) return { kind: 'image', reference: given };
  const { storedResults } = await import('./stored-results.ts');
  return { kind: 'results', path: given, results: (await storedResults(given)).results };
}

function namesImage(given: string): boolean {
  const prefix =
    /^(?:docker-archive|oci-archive|oci-layout|docker|podman|containerd|registry|rootfs|sbom):(?<rest>.*)$/s;
  const { rest } = prefix.exec(given)?.groups ?? {};
  if (rest === '') throw new UsageError(`--baseline is "${given}", which names nothing behind its prefix`);
  return rest !== undefined;
}

/**
 * The baseline of one platform: a result of another platform knows nothing about it.
 *
 * @param scan judges an image as the one that is held against it, without exceptions
 */
export async function baselineOfPlatform(
  source: BaselineSource,
  platform: string | null,
  scan: (reference: string) => Promise<ScanResult>,
): Promise<WithDigest<Baseline> | undefined> {
  if (source.kind === 'image') return asBaseline(await scan(source.reference), source.reference);
  const own = source.results.find(({ image }) => image.platform === platform);
  return own && asBaseline(own, source.path);
}

/** The baseline of an image of one platform, whatever that is: of a file with several the one that it is scanned as. */
export async function oneBaseline(
  source: BaselineSource,
  scan: (reference: string) => Promise<ScanResult>,
): Promise<WithDigest<Baseline>> {
  if (source.kind === 'image') return asBaseline(await scan(source.reference), source.reference);
  const [result] = source.results;
  if (result === undefined || source.results.length > 1)
    throw new UsageError(`${source.path} holds several platforms: scan with --platform all, or give a result of one`);
  return asBaseline(result, source.path);
}

export async function baselineFile(path: string): Promise<WithDigest<Baseline>> {
  const { oneResult } = await import('./result-file.ts');
  return asBaseline(await oneResult(path), path);
}

function asBaseline(result: ScanResult, source: string): WithDigest<Baseline> {
  // its inputs name it: they are what it is a function of
  return withDigest(JSON.stringify([result.inputs, result.findings]), () => baselineOf(result, source));
}

/** Vendors publish documents about all of their products. */
const maxVexBytes = 64 * 1024 * 1024;

export async function vexFiles(paths: readonly string[]): Promise<WithDigest<VexFile>[]> {
  const files: WithDigest<VexFile>[] = [];
  for (const path of paths) {
    files.push(await readWithDigest(path, 'VEX document', (body) => readVex(body, path), maxVexBytes));
  }
  return files;
}

/** Files that say nothing, which whoever gives them hardly means: one note each. */
export function emptyFiles(exceptions: readonly WithDigest<ExceptionFile>[], vex: readonly WithDigest<VexFile>[]) {
  return [
    ...exceptions
      .filter(({ value }) => value.exceptions.length === 0)
      .map(({ value }) => `the exceptions file ${value.source} holds no exception`),
    ...vex
      .filter(({ value }) => value.statements.length === 0)
      .map(({ value }) => `the VEX document ${value.source} holds no statement on any vulnerability`),
  ];
}
