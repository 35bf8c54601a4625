import { ImageError } from '../../image/error.ts';
import type { Inventory } from '../types.ts';
import { takeComponents, takeComposition, takeMetadata } from './cyclonedx.ts';
import { type JsonParts, JsonSplitter, type MemberPlan } from './json-splitter.ts';
import { SbomCollector, type StatedImage } from './sbom-collector.ts';
import { isUtf16 } from './sbom-file.ts';
import { takeAnnotations, takeCreation, takePackage, takeRelationship } from './spdx.ts';
import { SpdxTags, type TagParts } from './spdx-tags.ts';

const limits = { maxPartBytes: 64 * 1024 * 1024, maxPartContainers: 500_000 } as const;
/** Attestations in attestations. */
const mostEnvelopes = 3;

/** Members of the formats that are looked at. Which format it is may be said behind them. */
const plans: Readonly<Record<string, MemberPlan>> = {
  // CycloneDX
  bomFormat: 'value',
  specVersion: 'value',
  metadata: 'value',
  components: 'elements',
  compositions: 'elements',
  // SPDX
  spdxVersion: 'value',
  creationInfo: 'value',
  documentDescribes: 'elements',
  packages: 'elements',
  relationships: 'elements',
  annotations: 'elements',
  // what is told by name that it cannot be read
  '@context': 'value',
  // around SPDX: the API of GitHub, `docker buildx imagetools inspect`
  sbom: 'enter',
  SPDX: 'enter',
  // attestations: in-toto's statement, its envelope (DSSE), sigstore's bundle
  payload: 'value',
  predicate: 'enter',
  dsseEnvelope: 'enter',
};

/** Objects in which a document may lie; cosign once put it into the `Data` of a predicate, as an object or a text. */
const places: readonly string[] = ['', 'predicate', 'predicate.Data', 'dsseEnvelope', 'sbom', 'SPDX'];

/** What a document comes to. */
export interface SbomContent extends StatedImage {
  readonly inventory: Inventory;
}

/** Reads one SBOM as its bytes come: CycloneDX (JSON), SPDX (JSON, tag-value), also as an attestation's predicate. */
export class SbomDocument implements JsonParts, TagParts {
  readonly #what: string;
  readonly #collector: SbomCollector;
  readonly #stated = new Map<string, unknown>();
  /** of the outermost object, by which other tools' documents are told */
  readonly #members = new Set<string>();
  readonly #depth: number;
  #reader: JsonSplitter | SpdxTags | null = null;
  #inner: SbomDocument | null = null;

  /** @param what names the document in messages */
  constructor(what: string, depth = 0) {
    this.#what = what;
    this.#depth = depth;
    this.#collector = new SbomCollector(what);
  }

  push(chunk: Buffer): void {
    this.#reader ??= this.#readerFor(chunk);
    this.#reader?.push(chunk);
  }

  /** @throws ImageError when it is no SBOM, one that cannot be read, or cut */
  end(): SbomContent {
    if (this.#reader === null) throw this.#none('empty');
    this.#reader.end();
    if (this.#inner !== null) return this.#inner.end();
    this.#checkFormat();
    if (this.#reader instanceof SpdxTags) this.#collector.endsUnmarked();
    return { inventory: this.#collector.inventory(), ...this.#collector.about() };
  }

  /** The first character tells; null: white space alone so far. */
  #readerFor(chunk: Buffer): JsonSplitter | SpdxTags | null {
    if (isUtf16(chunk)) {
      throw new ImageError('UNSUPPORTED', `${this.#what}: UTF-16 is not supported; write the SBOM as UTF-8`);
    }
    const text = chunk
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, '')
      .trimStart();
    if (text === '') return null;
    if (text.startsWith('{')) return new JsonSplitter(this, limits, this.#what);
    if (text.startsWith('<')) {
      throw new ImageError('UNSUPPORTED', `${this.#what}: XML is not supported; what is: ${supported}`);
    }
    if (/^(?:#|SPDXVersion:)/.test(text)) return new SpdxTags(this, this.#what);
    throw this.#none('neither JSON nor SPDX tags');
  }

  plan(path: string, key: string): MemberPlan {
    if (path === 'predicate' && key === 'Data') return 'enter';
    if (path === '' && reports.some(({ keys }) => keys.includes(key))) this.#members.add(key);
    return places.includes(path) && Object.hasOwn(plans, key) ? plans[key]! : 'skip';
  }

  value(_path: string, key: string, value: unknown): void {
    switch (key) {
      case 'metadata':
        takeMetadata(value, this.#collector);
        return;
      case 'creationInfo':
        takeCreation(value, this.#collector);
        return;
      case 'payload':
        if (typeof value === 'string') this.#enclosed(Buffer.from(value, 'base64'));
        return;
      case 'predicate':
      case 'Data':
        if (typeof value === 'string') this.#enclosed(Buffer.from(value));
        return;
      default:
        this.#stated.set(key, value);
    }
  }

  element(_path: string, key: string, value: unknown): void {
    switch (key) {
      case 'components':
        takeComponents(value, this.#collector);
        return;
      case 'compositions':
        takeComposition(value, this.#collector);
        return;
      case 'packages':
        takePackage(value, this.#collector);
        return;
      case 'relationships':
        takeRelationship(value, this.#collector);
        return;
      case 'annotations':
        takeAnnotations(value, this.#collector);
        return;
      case 'documentDescribes':
        if (typeof value === 'string') this.#collector.describes(value);
        return;
    }
  }

  version(text: string): void {
    this.#stated.set('spdxVersion', text);
  }

  creator(text: string): void {
    takeCreation({ creators: [text] }, this.#collector);
  }

  package(value: object): void {
    takePackage(value, this.#collector);
  }

  relationship(value: object): void {
    takeRelationship(value, this.#collector);
  }

  annotation(value: object): void {
    takeAnnotations(value, this.#collector);
  }

  #enclosed(body: Buffer): void {
    if (this.#inner !== null || this.#depth === mostEnvelopes) throw this.#none('envelopes in envelopes');
    this.#inner = new SbomDocument(this.#what, this.#depth + 1);
    this.#inner.push(body);
  }

  #checkFormat(): void {
    const [cyclonedx, spdx] = [this.#stated.get('specVersion'), this.#stated.get('spdxVersion')];
    if (this.#stated.get('bomFormat') === 'CycloneDX') {
      if (typeof cyclonedx === 'string' && /^1\.[2-7]$/.test(cyclonedx)) return;
      throw this.#unsupported('CycloneDX', cyclonedx);
    }
    if (spdx !== undefined) {
      if (typeof spdx === 'string' && /^SPDX-2\.[0-3]$/.test(spdx)) return;
      throw this.#unsupported('SPDX', spdx);
    }
    // one text or a list of them; what lies deeper is no context of SPDX
    if (
      [this.#stated.get('@context')].flat().some((each) => typeof each === 'string' && each.includes('spdx.org/rdf/3'))
    ) {
      throw this.#unsupported('SPDX', '3');
    }
    const report = reports.find(({ keys }) => keys.every((key) => this.#members.has(key)));
    if (report !== undefined) throw new ImageError('UNSUPPORTED', `${this.#what}: ${report.message}`);
    throw this.#none(this.#reader instanceof JsonSplitter ? 'JSON' : 'text');
  }

  #unsupported(format: string, version: unknown): ImageError {
    const named = typeof version === 'string' ? `version ${version.slice(0, 20)}` : 'no version';
    return new ImageError('UNSUPPORTED', `${this.#what}: ${format} of ${named}; what can be read: ${supported}`);
  }

  #none(what: string): ImageError {
    return new ImageError('NOT_AN_IMAGE', `${this.#what}: ${what}, but no SBOM that can be read (${supported})`);
  }
}

/** Documents of tools' own kinds, by members that all of them have: what is in them, and what makes an SBOM of it. */
const reports: readonly { readonly keys: readonly string[]; readonly message: string }[] = [
  {
    keys: ['matches', 'descriptor'],
    message:
      'a report of Grype is no SBOM: it lists what was found, not what is there; `syft IMAGE -o cyclonedx-json` makes one',
  },
  {
    keys: ['artifacts'],
    message: 'the JSON of Syft itself is not supported; `syft convert FILE -o cyclonedx-json` makes an SBOM of it',
  },
  {
    keys: ['SchemaVersion', 'ArtifactName'],
    message: 'the JSON of Trivy itself is not supported; `trivy convert --format cyclonedx FILE` makes an SBOM of it',
  },
  {
    keys: ['schemaVersion', 'inputs', 'packages'],
    message: 'a result of plimsoll is no SBOM; `plimsoll replay FILE` judges it again',
  },
];

const supported = 'CycloneDX 1.2 to 1.7 as JSON, SPDX 2.2 and 2.3 as JSON or tag-value';
