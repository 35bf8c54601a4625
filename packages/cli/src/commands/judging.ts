/** What `scan` and `replay` judge by, read from their options. */
import {
  type Baseline,
  baselineOf,
  type ExceptionFile,
  readExceptions,
  readVex,
  type ScanRequest,
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

/** `distro`, and sources as a result names them: `nvd`, `cisa-vulnrichment`, `redhat`, `secalert@redhat.com`. */
export function severityOrder(given: readonly string[]): readonly string[] | undefined {
  const order = given.flatMap((value) => value.split(',')).map((name) => name.trim());
  if (order.length === 0) return undefined;
  const odd = order.find((name, at) => !/^[a-z0-9][a-z0-9._@+-]{0,99}$/i.test(name) || order.indexOf(name) !== at);
  if (odd === undefined) return order;
  throw new UsageError(`--severity-order holds "${odd}"; name each source once, such as distro,nvd,cisa-vulnrichment`);
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

export async function baselineFile(path: string | undefined): Promise<WithDigest<Baseline> | undefined> {
  if (path === undefined) return undefined;
  const { oneResult } = await import('./result-file.ts');
  const result = await oneResult(path);
  // its inputs name it: they are what it is a function of
  return withDigest(JSON.stringify([result.inputs, result.findings]), () => baselineOf(result, path));
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
