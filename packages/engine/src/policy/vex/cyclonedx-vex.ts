import { isObject, type JsonObject } from '../foreign/foreign-json.ts';
import type { VexStatus } from '../types.ts';
import { software, type VexReader } from './vex-reader.ts';
import type { VexProduct, VexSoftware, VexStatement } from './vex-statement.ts';

const maxComponents = 500_000;

/** @see https://cyclonedx.org/capabilities/vex/ */
export function isCycloneDx(root: JsonObject): boolean {
  return root.bomFormat === 'CycloneDX';
}

const statuses: Readonly<Record<string, VexStatus>> = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
};

export function readCycloneDx(root: JsonObject, reader: VexReader): readonly VexStatement[] {
  const metadata = isObject(root.metadata) ? root.metadata : {};
  const subject = isObject(metadata.component) ? metadata.component : null;
  const components = byReference(root, subject, reader);
  const author = authorOf(metadata);
  return reader.objects(root.vulnerabilities, 'vulnerabilities').flatMap((vulnerability, at) => {
    const place = `vulnerabilities[${at}]`;
    // a list of vulnerabilities without analysis is no VEX
    if (!isObject(vulnerability.analysis)) return [];
    const { analysis } = vulnerability;
    const state = reader.text(analysis.state, `${place}.analysis.state`);
    if (state === null) return [];
    if (!Object.hasOwn(statuses, state)) reader.problem(`${place}.analysis.state`, `is "${state.slice(0, 80)}"`);
    const status = statuses[state] ?? 'affected';
    const id = reader.text(vulnerability.id, `${place}.id`);
    if (id === null) reader.problem(place, 'has no id');
    const aliases = reader
      .objects(vulnerability.references, `${place}.references`)
      .map((reference) => reader.text(reference.id, `${place}.references`))
      .filter((alias) => alias !== null);
    const justification = reader.text(analysis.justification, `${place}.analysis.justification`);
    const detail = reader.text(analysis.detail, `${place}.analysis.detail`);
    const products = reader
      .objects(vulnerability.affects, `${place}.affects`)
      .map((affected) => productOf(affected, subject, components, reader, `${place}.affects`));
    reader.count(1, products.length);
    return [
      {
        source: `${reader.source}#${at + 1}`,
        ids: [id ?? '', ...aliases],
        status,
        justification: justification ?? (state === 'false_positive' ? 'false_positive' : null),
        text: detail,
        author,
        time: reader.time(
          [analysis.lastUpdated, vulnerability.updated, metadata.timestamp],
          `${place}.analysis.lastUpdated`,
        ),
        products,
        problem: products.length === 0 ? 'it names no product' : null,
      },
    ];
  });
}

function byReference(
  root: JsonObject,
  subject: JsonObject | null,
  reader: VexReader,
): ReadonlyMap<string, VexSoftware> {
  const found = new Map<string, VexSoftware>();
  const waiting: unknown[] = [subject, root.components];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined || waiting.length > 0; next = waiting.pop()) {
    for (const component of Array.isArray(next) ? next : [next]) {
      if (!isObject(component)) continue;
      if (++seen > maxComponents) {
        reader.problem('components', `are more than ${maxComponents}`);
        return found;
      }
      const reference = component['bom-ref'];
      if (typeof reference === 'string') found.set(reference, softwareOf(component));
      if (component.components !== undefined) waiting.push(component.components);
    }
  }
  return found;
}

function softwareOf(component: JsonObject): VexSoftware {
  const { purl, cpe, name, version, hashes, type } = component;
  const digests = (Array.isArray(hashes) ? hashes : []).flatMap((hash: unknown) =>
    isObject(hash) && hash.alg === 'SHA-256' && typeof hash.content === 'string' ? [`sha256:${hash.content}`] : [],
  );
  const reference = typeof name !== 'string' ? null : imageName(name, version);
  const named = [purl, cpe].filter((each) => typeof each === 'string');
  const identifiers = [...named, type === 'container' ? reference : null];
  return software(
    identifiers.filter((each) => each !== null),
    digests,
    named[0] ?? reference,
  );
}

/** Tools write the tag or the digest of an image as its version. */
function imageName(name: string, version: unknown): string {
  if (typeof version !== 'string' || version === '' || /[:@][^/]+$/.test(name)) return name;
  return version.startsWith('sha256:') ? `${name}@${version}` : `${name}:${version}`;
}

function productOf(
  affected: JsonObject,
  subject: JsonObject | null,
  components: ReadonlyMap<string, VexSoftware>,
  reader: VexReader,
  place: string,
): VexProduct {
  const reference = reader.text(affected.ref, `${place}.ref`) ?? '';
  const inner = /^urn:cdx:[^#]*#(.*)$/s.exec(reference)?.[1];
  const named =
    components.get(reference) ?? components.get(decoded(inner)) ?? software([decoded(inner ?? reference)], []);
  const versions = versionsOf(affected, reader, place);
  if (subject === null || inner !== undefined) return { software: named, parts: [], versions };
  if (reference === subject['bom-ref']) return { software: softwareOf(subject), parts: [], versions: null };
  return { software: softwareOf(subject), parts: [named], versions };
}

/** Versions and ranges that the statement is about: those called unaffected are not. */
function versionsOf(affected: JsonObject, reader: VexReader, place: string): readonly string[] | null {
  const entries = reader.objects(affected.versions, `${place}.versions`);
  if (entries.length === 0) return null;
  reader.count(0, entries.length);
  return entries
    .filter(({ status }) => status !== 'unaffected')
    .map((entry) => reader.text(entry.version ?? entry.range, `${place}.versions`) ?? '');
}

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return text ?? '';
  }
}

function authorOf(metadata: JsonObject): string | null {
  const [author] = Array.isArray(metadata.authors) ? metadata.authors : [];
  for (const each of [author, metadata.supplier, metadata.manufacturer, metadata.manufacture]) {
    if (isObject(each) && typeof each.name === 'string') return each.name;
  }
  return null;
}
