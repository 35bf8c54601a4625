import { ImageError } from '../../image/error.ts';
import type { Inventory } from '../types.ts';
import { takeComponents, takeComposition, takeMetadata } from './cyclonedx.ts';
import { type JsonParts, JsonSplitter, type MemberPlan } from './json-splitter.ts';
import { SbomCollector } from './sbom-collector.ts';

const limits = { maxPartBytes: 64 * 1024 * 1024, maxPartContainers: 500_000 } as const;

/** Members of the formats that are looked at. Which format it is may be said behind them. */
const plans: Readonly<Record<string, MemberPlan>> = {
  bomFormat: 'value',
  specVersion: 'value',
  spdxVersion: 'value',
  '@context': 'value',
  metadata: 'value',
  components: 'elements',
  compositions: 'elements',
};

/** Reads one SBOM as its bytes come: JSON of CycloneDX. */
export class SbomDocument implements JsonParts {
  readonly #what: string;
  readonly #splitter: JsonSplitter;
  readonly #collector: SbomCollector;
  readonly #stated = new Map<string, unknown>();

  /** @param what names the document in messages */
  constructor(what: string) {
    this.#what = what;
    this.#collector = new SbomCollector(what);
    this.#splitter = new JsonSplitter(this, limits, what);
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
  }

  /** @throws ImageError when it is no SBOM, one that cannot be read, or cut */
  end(): Inventory {
    this.#splitter.end();
    this.#checkFormat();
    return this.#collector.inventory();
  }

  plan(path: string, key: string): MemberPlan {
    return path === '' && Object.hasOwn(plans, key) ? plans[key]! : 'skip';
  }

  value(_path: string, key: string, value: unknown): void {
    if (key === 'metadata') takeMetadata(value, this.#collector);
    else this.#stated.set(key, value);
  }

  element(_path: string, key: string, value: unknown): void {
    if (key === 'components') takeComponents(value, this.#collector);
    else takeComposition(value, this.#collector);
  }

  #checkFormat(): void {
    const version = this.#stated.get('specVersion');
    if (this.#stated.get('bomFormat') === 'CycloneDX') {
      if (typeof version === 'string' && /^1\.[2-7]$/.test(version)) return;
      const named = typeof version === 'string' ? `version ${version.slice(0, 20)}` : 'no version';
      throw new ImageError('UNSUPPORTED', `${this.#what}: CycloneDX of ${named}; what can be read is 1.2 to 1.7`);
    }
    throw new ImageError('NOT_AN_IMAGE', `${this.#what}: JSON, but no SBOM that can be read (CycloneDX)`);
  }
}
