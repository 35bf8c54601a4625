import { isObject, type JsonObject } from '../foreign/foreign-json.ts';
import type { VexStatus } from '../types.ts';
import { software, type VexReader } from './vex-reader.ts';
import type { VexProduct, VexSoftware, VexStatement } from './vex-statement.ts';

const maxDepth = 40;

/** @see https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html (profile 5, VEX) */
export function isCsaf(root: JsonObject): boolean {
  return isObject(root.document) && typeof root.document.csaf_version === 'string';
}

const statuses: readonly (readonly [field: string, status: VexStatus])[] = [
  ['known_not_affected', 'not_affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'under_investigation'],
];

export function readCsaf(root: JsonObject, reader: VexReader): readonly VexStatement[] {
  const document = isObject(root.document) ? root.document : {};
  const tracking = isObject(document.tracking) ? document.tracking : {};
  const time = reader.time([tracking.current_release_date], 'document.tracking.current_release_date');
  const publisher = isObject(document.publisher) ? document.publisher : {};
  const author = reader.text(publisher.name, 'document.publisher.name');
  const tree = new ProductTree(isObject(root.product_tree) ? root.product_tree : {}, reader);
  const statements: VexStatement[] = [];
  for (const [at, vulnerability] of reader.objects(root.vulnerabilities, 'vulnerabilities').entries()) {
    const place = `vulnerabilities[${at}]`;
    const cve = reader.text(vulnerability.cve, `${place}.cve`);
    const others = reader
      .objects(vulnerability.ids, `${place}.ids`)
      .map((id) => reader.text(id.text, `${place}.ids`))
      .filter((id) => id !== null);
    const ids = [...(cve === null ? [] : [cve]), ...others];
    if (ids.length === 0) reader.problem(place, 'has neither a cve nor ids');
    const product = isObject(vulnerability.product_status) ? vulnerability.product_status : {};
    const reasons = notesByProduct(vulnerability.flags, 'label', tree, reader, `${place}.flags`);
    const impacts = notesByProduct(
      reader.objects(vulnerability.threats, `${place}.threats`).filter(({ category }) => category === 'impact'),
      'details',
      tree,
      reader,
      `${place}.threats`,
    );
    for (const [field, status] of statuses) {
      const named = reader
        .list(product[field], `${place}.product_status.${field}`)
        .filter((id) => typeof id === 'string');
      const groups = Map.groupBy(named, (id) => JSON.stringify([reasons.get(id) ?? null, impacts.get(id) ?? null]));
      for (const [key, members] of groups) {
        const [justification, text] = JSON.parse(key) as [string | null, string | null];
        const unfounded = status === 'not_affected' && justification === null && text === null;
        reader.count(1, members.length);
        statements.push({
          source: `${reader.source}#${statements.length + 1}`,
          ids,
          status,
          justification,
          text,
          author,
          time,
          products: members.map((id) => tree.product(id)),
          problem: unfounded ? 'it says known_not_affected without a flag or an impact' : null,
        });
      }
    }
  }
  return statements;
}

function notesByProduct(
  value: unknown,
  field: string,
  tree: ProductTree,
  reader: VexReader,
  place: string,
): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  for (const note of reader.objects(value, place)) {
    const text = reader.text(note[field], `${place}.${field}`);
    const groups = reader.list(note.group_ids, `${place}.group_ids`).flatMap((id) => tree.groups.get(String(id)) ?? []);
    const products = reader.list(note.product_ids, `${place}.product_ids`).map(String);
    reader.count(0, groups.length + products.length);
    // one that names no product is of all of them, which here is said for none
    if (text !== null) for (const id of [...products, ...groups]) notes.set(id, text);
  }
  return notes;
}

class ProductTree {
  readonly groups = new Map<string, readonly string[]>();
  readonly #products = new Map<string, VexSoftware>();
  readonly #relations = new Map<string, { readonly part: string; readonly whole: string }>();
  readonly #reader: VexReader;

  constructor(tree: JsonObject, reader: VexReader) {
    this.#reader = reader;
    const waiting = [{ node: tree, depth: 0 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, depth } = next;
      if (depth > maxDepth) {
        reader.problem('product_tree', `has branches more than ${maxDepth} deep`);
        break;
      }
      if (isObject(node.product)) this.#take(node.product);
      for (const branch of reader.objects(node.branches, 'product_tree.branches'))
        waiting.push({ node: branch, depth: depth + 1 });
    }
    for (const product of reader.objects(tree.full_product_names, 'product_tree.full_product_names'))
      this.#take(product);
    for (const relation of reader.objects(tree.relationships, 'product_tree.relationships')) {
      const full = isObject(relation.full_product_name) ? relation.full_product_name : {};
      const [id, part, whole] = [full.product_id, relation.product_reference, relation.relates_to_product_reference];
      if (typeof id === 'string' && typeof part === 'string' && typeof whole === 'string')
        this.#relations.set(id, { part, whole });
      else reader.problem('product_tree.relationships', 'holds one without its ids');
    }
    for (const group of reader.objects(tree.product_groups, 'product_tree.product_groups')) {
      const members = reader.list(group.product_ids, 'product_tree.product_groups.product_ids').map(String);
      reader.count(0, members.length);
      if (typeof group.group_id === 'string') this.groups.set(group.group_id, members);
    }
    this.#refuseCircles();
  }

  product(id: string): VexProduct {
    const relation = this.#relations.get(id);
    if (relation === undefined) return { software: this.#software(id), parts: [], versions: null };
    return { software: this.#software(relation.whole), parts: [this.#software(relation.part)], versions: null };
  }

  /** Of what is itself a relationship, its part: a package of a module of a product is that package. */
  #software(id: string): VexSoftware {
    let at = id;
    for (let relation = this.#relations.get(at); relation !== undefined; relation = this.#relations.get(at))
      at = relation.part;
    return this.#products.get(at) ?? software([], [], id);
  }

  #take(product: JsonObject): void {
    const { product_id: id } = product;
    if (typeof id !== 'string') {
      this.#reader.problem('product_tree', 'holds a product without product_id');
      return;
    }
    const helper = isObject(product.product_identification_helper) ? product.product_identification_helper : {};
    const purl = this.#reader.text(helper.purl, 'product_identification_helper.purl');
    const digests = this.#reader
      .objects(helper.hashes, 'product_identification_helper.hashes')
      .flatMap((hash) => this.#reader.objects(hash.file_hashes, 'file_hashes'))
      .flatMap(({ algorithm, value }) =>
        algorithm === 'sha256' && typeof value === 'string' ? [`sha256:${value}`] : [],
      );
    const label = this.#reader.text(product.name, 'name') ?? id;
    const cpe = this.#reader.text(helper.cpe, 'product_identification_helper.cpe');
    const identifiers = [purl, cpe].filter((each) => each !== null);
    this.#products.set(id, software(identifiers, digests, label));
  }

  #refuseCircles(): void {
    const done = new Set<string>();
    for (const start of this.#relations.keys()) {
      const way = new Set<string>();
      let at: string | undefined = start;
      while (at !== undefined && !done.has(at)) {
        if (way.has(at)) {
          this.#reader.problem('product_tree.relationships', `go in a circle at "${at.slice(0, 100)}"`);
          this.#reader.finish();
        }
        way.add(at);
        at = this.#relations.get(at)?.part;
      }
      for (const id of way) done.add(id);
    }
  }
}
