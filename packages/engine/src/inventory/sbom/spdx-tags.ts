import { ImageError } from '../../image/error.ts';

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
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** a text in `<text>` that has not ended */
  #open: { readonly tag: string; readonly lines: string[] } | null = null;

  /** @param what names the document in messages */
  constructor(parts: TagParts, what: string) {
    this.#parts = parts;
    this.#what = what;
  }

  /** @throws ImageError `TOO_LARGE`; whatever the callbacks throw */
  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...this.#held, chunk.subarray(from, end)]).toString('utf8');
      this.#held = [];
      if (this.#open === null) this.#heldBytes = 0;
      this.#line(line.replace(/\r$/, ''));
      from = end + 1;
    }
    this.#count(chunk.length - from);
    this.#held.push(Buffer.from(chunk.subarray(from)));
  }

  end(): void {
    this.#line(Buffer.concat(this.#held).toString('utf8'));
    if (this.#open !== null) throw new ImageError('TRUNCATED', `${this.#what}: truncated (a text has no end)`);
    for (const [id, annotations] of this.#comments) {
      if (id === 'SPDXRef-DOCUMENT') for (const each of annotations) this.#parts.annotation(each);
    }
    for (const pkg of this.#packages) {
      this.#parts.package({ ...pkg, annotations: this.#comments.get(pkg.SPDXID ?? '') ?? [] });
    }
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= maxTextBytes) return;
    throw new ImageError('TOO_LARGE', `${this.#what}: a text is larger than ${maxTextBytes} bytes`);
  }

  #line(line: string): void {
    if (this.#open !== null) {
      this.#count(line.length);
      const end = line.indexOf('</text>');
      this.#open.lines.push(end < 0 ? line : line.slice(0, end));
      if (end < 0) return;
      const { tag, lines } = this.#open;
      this.#open = null;
      this.#tag(tag, lines.join('\n'));
      return;
    }
    const colon = line.indexOf(':');
    if (colon < 0 || line.startsWith('#')) return;
    const [tag, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    if (!value.startsWith('<text>')) {
      this.#tag(tag, value);
      return;
    }
    const text = value.slice('<text>'.length);
    const end = text.indexOf('</text>');
    if (end >= 0) this.#tag(tag, text.slice(0, end));
    else this.#open = { tag, lines: [text] };
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
    else if (tag === 'PackageAttributionText') current.attributionTexts.push(value);
    else if (tag === 'ExternalRef') {
      const [, referenceType, referenceLocator] = value.split(/\s+/);
      current.externalRefs.push({ referenceType, referenceLocator });
    }
  }

  /** Without a reference it is about the package that it stands behind. */
  #annotate(comment: string): void {
    const { annotator = '', of = null } = this.#annotation ?? {};
    this.#annotation = null;
    const id = of ?? this.#current?.SPDXID ?? 'SPDXRef-DOCUMENT';
    const known = this.#comments.get(id);
    if (known === undefined) this.#comments.set(id, [{ annotator, comment }]);
    else known.push({ annotator, comment });
  }
}
