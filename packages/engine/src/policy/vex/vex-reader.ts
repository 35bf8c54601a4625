import { PolicyError } from '../error.ts';
import { isObject, type JsonObject } from '../foreign/foreign-json.ts';
import type { VexStatus } from '../types.ts';
import type { VexSoftware } from './vex-statement.ts';

/** Of one document. */
const maxStatements = 50_000;
/** Products and parts of all statements of one document. */
const maxProducts = 500_000;
const maxProblems = 50;
const maxLabel = 300;

/** Reads the parts that the formats share, and keeps what is wrong. */
export class VexReader {
  readonly source: string;
  readonly #problems: string[] = [];
  #statements = 0;
  #products = 0;

  constructor(source: string) {
    this.source = source;
  }

  problem(place: string, what: string): void {
    if (this.#problems.length < maxProblems) this.#problems.push(`${this.source}: ${place} ${what}`);
  }

  finish(): void {
    if (this.#problems.length > 0) throw new PolicyError('VEX_INVALID', this.#problems);
  }

  /** @throws PolicyError where a document has too many */
  count(statements: number, products: number): void {
    this.#statements += statements;
    this.#products += products;
    const over = (what: string, most: number) =>
      new PolicyError('VEX_INVALID', [`${this.source}: more than ${most} ${what}`]);
    if (this.#statements > maxStatements) throw over('statements', maxStatements);
    if (this.#products > maxProducts) throw over('products in its statements', maxProducts);
  }

  list(value: unknown, place: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.problem(place, 'must be a list');
    return [];
  }

  objects(value: unknown, place: string): readonly JsonObject[] {
    return this.list(value, place).flatMap((each, at) => {
      if (isObject(each)) return [each];
      this.problem(`${place}[${at}]`, 'must be an object');
      return [];
    });
  }

  text(value: unknown, place: string): string | null {
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'string') return value;
    this.problem(place, 'must be a text');
    return null;
  }

  /** The first that is there; a statement without a time would beat, or lose to, any other. */
  time(values: readonly unknown[], place: string): number {
    const value = values.find((each) => each !== undefined && each !== null);
    const time = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(time)) return time;
    this.problem(place, value === undefined ? 'is missing' : `is ${short(value)}, which is no time`);
    return 0;
  }

  status(value: unknown, place: string): VexStatus {
    if (value === 'not_affected' || value === 'affected' || value === 'fixed' || value === 'under_investigation')
      return value;
    this.problem(place, `is ${short(value)}; there are not_affected, affected, fixed, under_investigation`);
    return 'affected';
  }
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 80);
}

/**
 * Vendor, product and version of a CPE (2.3, or the older URI), of applications alone; null for what is none, and for one that
 * is narrowed beyond its version (update, edition, target), which nothing here can compare.
 *
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf (6.2)
 */
function readCpe(text: string): VexSoftware['cpes'][number] | null {
  const formatted = /^cpe:2\.3:a:/i.test(text);
  if (text.length > 1000 || !(formatted || /^cpe:\/a:/i.test(text))) return null;
  const rest = text.slice(formatted ? 'cpe:2.3:a:'.length : 'cpe:/a:'.length);
  const parts = rest.split(/(?<!\\):/);
  const [vendor = '', product = '', version = '*', ...others] = parts.map((part) => part.replace(/\\(.)/g, '$1'));
  if (vendor === '' || product === '' || /[*?]/.test(vendor + product)) return null;
  if (others.some((part) => part !== '*' && part !== '' && part !== '-')) return null;
  if (version !== '*' && /[*?]/.test(version)) return null;
  return { product: `${vendor}:${product}`.toLowerCase(), version: version === '*' || version === '' ? null : version };
}

/** Sorts identifiers by what they are: a purl, a digest, a name of an image. Others (URLs) name nothing here. */
export function software(
  identifiers: readonly string[],
  digests: readonly string[],
  label?: string | null,
): VexSoftware {
  const purls = identifiers.filter((each) => /^pkg:/i.test(each));
  const stated = identifiers.filter((each) => /^sha256:[0-9a-f]{64}$/i.test(each));
  const names = identifiers.filter(
    (each) => /^[a-z0-9][\w./:@-]*$/i.test(each) && !/^(?:pkg|cpe|sha256|urn|https?):/i.test(each),
  );
  const all = [...stated, ...digests].map((digest) => digest.toLowerCase());
  return {
    label: (label ?? identifiers[0] ?? digests[0] ?? 'nothing').slice(0, maxLabel),
    purls,
    digests: all,
    cpes: identifiers.map(readCpe).filter((cpe) => cpe !== null),
    names,
  };
}
