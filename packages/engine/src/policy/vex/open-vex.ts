import { isObject, type JsonObject } from '../foreign/foreign-json.ts';
import { software, type VexReader } from './vex-reader.ts';
import type { VexProduct, VexSoftware, VexStatement } from './vex-statement.ts';

/** @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md */
export function isOpenVex(root: JsonObject): boolean {
  return typeof root['@context'] === 'string' && root['@context'].startsWith('https://openvex.dev/ns');
}

export function readOpenVex(root: JsonObject, reader: VexReader): readonly VexStatement[] {
  const author = reader.text(root.author, 'author');
  return reader.objects(root.statements, 'statements').map((statement, at) => {
    const place = `statements[${at}]`;
    const status = reader.status(statement.status, `${place}.status`);
    const justification = reader.text(statement.justification, `${place}.justification`);
    const impact = reader.text(statement.impact_statement, `${place}.impact_statement`);
    const action = reader.text(statement.action_statement, `${place}.action_statement`);
    const parts = reader
      .list(statement.subcomponents, `${place}.subcomponents`)
      .map((each) => softwareOf(each, reader, place));
    const products = reader
      .list(statement.products, `${place}.products`)
      .map((each) => productOf(each, parts, reader, place));
    reader.count(
      1,
      products.reduce((sum, product) => sum + 1 + product.parts.length, 0),
    );
    const ids = idsOf(statement.vulnerability, reader, `${place}.vulnerability`);
    if (ids.length === 0) reader.problem(`${place}.vulnerability`, 'has no name');
    const unfounded = status === 'not_affected' && justification === null && impact === null;
    return {
      source: `${reader.source}#${at + 1}`,
      ids,
      status,
      justification,
      text: impact ?? action ?? reader.text(statement.status_notes, `${place}.status_notes`),
      author,
      time: reader.time(
        [statement.last_updated, statement.timestamp, root.last_updated, root.timestamp],
        `${place}.timestamp`,
      ),
      products,
      problem: unfounded
        ? 'it says not_affected without a justification or an impact statement'
        : products.length === 0
          ? 'it names no product'
          : null,
    };
  });
}

function idsOf(value: unknown, reader: VexReader, place: string): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!isObject(value)) return [];
  const iri = reader.text(value['@id'], `${place}.@id`);
  const name = reader.text(value.name, `${place}.name`) ?? iri?.slice(iri.lastIndexOf('/') + 1) ?? null;
  const aliases = reader.list(value.aliases, `${place}.aliases`).filter((alias) => typeof alias === 'string');
  return name === null ? [] : [name, ...aliases];
}

function productOf(value: unknown, shared: readonly VexSoftware[], reader: VexReader, place: string): VexProduct {
  const own = isObject(value) ? reader.list(value.subcomponents, `${place}.subcomponents`) : [];
  const parts = own.map((each) => softwareOf(each, reader, place));
  return { software: softwareOf(value, reader, place), parts: [...parts, ...shared], versions: null };
}

function softwareOf(value: unknown, reader: VexReader, place: string): VexSoftware {
  if (typeof value === 'string') return software([value], []);
  if (!isObject(value)) {
    reader.problem(place, 'holds a product that is neither a text nor an object');
    return software([], []);
  }
  const id = reader.text(value['@id'], `${place}.@id`);
  const identifiers = isObject(value.identifiers) ? value.identifiers : {};
  const hashes = isObject(value.hashes) ? value.hashes : {};
  const purl = reader.text(identifiers.purl, `${place}.identifiers.purl`);
  const cpes = [identifiers.cpe23, identifiers.cpe22].filter((each) => typeof each === 'string');
  const sha256 = reader.text(hashes['sha-256'] ?? hashes.sha256, `${place}.hashes`);
  return software(
    [id, purl, ...cpes].filter((each) => each !== null),
    sha256 === null ? [] : [`sha256:${sha256.replace(/^sha256:/, '')}`],
    id ?? purl,
  );
}
