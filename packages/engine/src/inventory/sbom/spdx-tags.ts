import { ImageError } from '../../image/error.ts';
import { mostComponents } from './sbom-limits.ts';

/** A package of the document under way, in the shape that the JSON format has. */
interface TagPackage {
  SPDXID?: string;
  readonly annotations: object[];
  readonly externalRefs: object[];
  readonly attributionTexts: string[];
  [field: string]: unknown;
}

/** What is found in the document, in the shapes of the JSON format. */
export interface TagParts {
  version(text: string): void;
  creator(text: string): void;
  package(value: object): void;
  relationship(value: object): void;
  annotation(value: object): void;
}

/** Tags of a package that are one field. */
const fields: Readonly<Record<string, string>> = {
  SPDXID: 'SPDXID',
  PackageVersion: 'versionInfo',
  PackageSupplier: 'supplier',
  PackageLicenseDeclared: 'licenseDeclared',
  PackageSourceInfo: 'sourceInfo',
  PackageSummary: 'summary',
  PackageDescription: 'description',
  PrimaryPackagePurpose: 'primaryPackagePurpose',
};

/** Bytes of one line, or of a text over several. */
const maxTextBytes = 64 * 1024 * 1024;
/** Annotations, references and attributions that are held until the end; tools write some eight of a package. */
const mostHeld = 8 * mostComponents;

const textEnd = '</text>';

/**
 * Reads SPDX in the tag-value format as it streams by. Packages are handed on at the end: annotations may stand anywhere.
 *
 * @see https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements
 */
export class SpdxTags {
  readonly #parts: TagParts;
  readonly #what: string;
  readonly #packages: TagPackage[] = [];
  readonly #comments = new Map<string, object[]>();
  #current: TagPackage | null = null;
  #annotation: { annotator: string; of: string | null } | null = null;
  #heldCount = 0;
  /** bytes of the line, or of the text, that came in earlier chunks */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** the tag of a text in `<text>` that has not ended */
  #open: string | null = null;
  /** the last bytes of what is held, in which the end of a text may have begun */
  #tail = Buffer.alloc(0);
  /** on the line of a text that has ended */
  #isBehindText = false;

  /** @param what names the document in messages */
  constructor(parts: TagParts, what: string) {
    this.#parts = parts;
    this.#what = what;
  }

  /** @throws ImageError `TOO_LARGE`; whatever the callbacks throw */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#open !== null) at = this.#takeText(chunk, at);
      else at = this.#isBehindText ? this.#passLine(chunk, at) : this.#takeLine(chunk, at);
    }
  }

  end(): void {
    if (this.#open !== null) throw new ImageError('TRUNCATED', `${this.#what}: truncated (a text has no end)`);
    this.#line(this.#taken(Buffer.alloc(0)));
    if (this.#open !== null) throw new ImageError('TRUNCATED', `${this.#what}: truncated (a text has no end)`);
    for (const [id, annotations] of this.#comments) {
      if (id === 'SPDXRef-DOCUMENT') for (const each of annotations) this.#parts.annotation(each);
    }
    for (const pkg of this.#packages) {
      this.#parts.package({ ...pkg, annotations: this.#comments.get(pkg.SPDXID ?? '') ?? [] });
    }
  }

  #takeLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(0x0a, from);
    if (end < 0) return this.#hold(chunk, from);
    this.#line(this.#taken(chunk.subarray(from, end)));
    return end + 1;
  }

  /** A text of many lines is looked through as a whole: line by line empty ones would take a hundred times their bytes. */
  #takeText(chunk: Buffer, from: number): number {
    const end = this.#endOfText(chunk, from);
    if (end === null) return this.#hold(chunk, from);
    const [tag, text] = [this.#open!, this.#taken(chunk.subarray(from, end))];
    this.#open = null;
    this.#isBehindText = true;
    this.#tag(tag, text.slice(0, -textEnd.length).replaceAll('\r\n', '\n'));
    return end;
  }

  #passLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(0x0a, from);
    if (end < 0) return chunk.length;
    this.#isBehindText = false;
    return end + 1;
  }

  /** Position behind the end, which may have begun in the chunk before. */
  #endOfText(chunk: Buffer, from: number): number | null {
    const across = Buffer.concat([this.#tail, chunk.subarray(from, from + textEnd.length - 1)]).indexOf(textEnd);
    if (across >= 0) return from + across + textEnd.length - this.#tail.length;
    const within = chunk.indexOf(textEnd, from);
    return within < 0 ? null : within + textEnd.length;
  }

  #hold(chunk: Buffer, from: number): number {
    this.#heldBytes += chunk.length - from;
    if (this.#heldBytes > maxTextBytes) {
      throw new ImageError('TOO_LARGE', `${this.#what}: a text is larger than ${maxTextBytes} bytes`);
    }
    // the reader uses its buffer again
    const piece = Buffer.from(chunk.subarray(from));
    this.#held.push(piece);
    this.#tail = Buffer.concat([this.#tail, piece.subarray(1 - textEnd.length)]).subarray(1 - textEnd.length);
    return chunk.length;
  }

  #taken(last: Buffer): string {
    if (this.#held.length === 0) return last.toString('utf8');
    const text = Buffer.concat([...this.#held, last]).toString('utf8');
    this.#held = [];
    this.#heldBytes = 0;
    return text;
  }

  #line(text: string): void {
    const line = text.replace(/\r$/, '');
    const colon = line.indexOf(':');
    if (colon < 0 || line.startsWith('#')) return;
    const [tag, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    if (!value.startsWith('<text>')) {
      this.#tag(tag, value);
      return;
    }
    const begun = value.slice('<text>'.length);
    const end = begun.indexOf(textEnd);
    if (end >= 0) this.#tag(tag, begun.slice(0, end));
    else {
      this.#open = tag;
      this.#tail = Buffer.alloc(0);
      this.#hold(Buffer.from(`${begun}\n`), 0);
    }
  }

  #countHeld(): void {
    this.#heldCount += 1;
    if (this.#heldCount <= mostHeld) return;
    throw new ImageError('TOO_LARGE', `${this.#what}: has more than ${mostHeld} annotations and references`);
  }

  #tag(tag: string, value: string): void {
    switch (tag) {
      case 'SPDXVersion':
        this.#parts.version(value);
        return;
      case 'Creator':
        this.#parts.creator(value);
        return;
      case 'PackageName':
        this.#current = { name: value, annotations: [], externalRefs: [], attributionTexts: [] };
        this.#packages.push(this.#current);
        if (this.#packages.length > mostComponents) {
          throw new ImageError('TOO_LARGE', `${this.#what}: has more than ${mostComponents} components`);
        }
        return;
      case 'FileName':
      case 'SnippetSPDXID':
      case 'LicenseID':
        this.#current = null;
        return;
      case 'Relationship': {
        const [spdxElementId, relationshipType, relatedSpdxElement] = value.split(/\s+/);
        this.#parts.relationship({ spdxElementId, relationshipType, relatedSpdxElement });
        return;
      }
      case 'Annotator':
        this.#annotation = { annotator: value, of: null };
        return;
      case 'SPDXREF':
        if (this.#annotation !== null) this.#annotation.of = value;
        return;
      case 'AnnotationComment':
        this.#annotate(value);
        return;
    }
    if (this.#current !== null) this.#packageTag(this.#current, tag, value);
  }

  #packageTag(current: TagPackage, tag: string, value: string): void {
    const field = Object.hasOwn(fields, tag) ? fields[tag] : undefined;
    if (field !== undefined) current[field] = value;
    else if (tag === 'PackageAttributionText') {
      this.#countHeld();
      current.attributionTexts.push(value);
    } else if (tag === 'ExternalRef') {
      this.#countHeld();
      const [, referenceType, referenceLocator] = value.split(/\s+/);
      current.externalRefs.push({ referenceType, referenceLocator });
    }
  }

  /** Without a reference it is about the package that it stands behind. */
  #annotate(comment: string): void {
    this.#countHeld();
    const { annotator = '', of = null } = this.#annotation ?? {};
    this.#annotation = null;
    const id = of ?? this.#current?.SPDXID ?? 'SPDXRef-DOCUMENT';
    const known = this.#comments.get(id);
    if (known === undefined) this.#comments.set(id, [{ annotator, comment }]);
    else known.push({ annotator, comment });
  }
}
