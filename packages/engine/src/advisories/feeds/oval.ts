import { type ReadContext, reject } from '../feed.ts';
import { childOf, childrenOf, childText, readXml, type XmlElement } from '../formats/xml.ts';
import { OvalTests } from './oval-tests.ts';

/** One package that a definition is about, with the conditions that hold for it. */
export interface OvalPackage {
  readonly name: string;
  /** exclusive; null: see `lastAffected` */
  readonly fixed: string | null;
  /** inclusive; null with `fixed` null: every version */
  readonly lastAffected: string | null;
  readonly affected: boolean;
  /** empty: every one */
  readonly arches: readonly string[];
  /** what "… is installed" says of products, one of which has to be; empty: nothing is said */
  readonly platforms: ReadonlySet<string>;
  /** `NAME:STREAM` */
  readonly module: string | undefined;
}

export interface OvalDefinition {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly metadata: XmlElement;
  readonly packages: readonly OvalPackage[];
}

const root = 'oval_definitions';

/**
 * Definitions of an OVAL file about rpm packages. The file is read twice, first for its tests, so that no definition has
 * to be kept.
 *
 * @returns false where the source lacks the file
 * @see https://oval-community-guidelines.readthedocs.io/en/latest/oval-specification.html
 */
export async function readOval(
  context: ReadContext,
  url: string,
  visit: (definition: OvalDefinition) => void,
  open: () => AsyncIterable<Buffer> | undefined = () => context.stream(url),
): Promise<boolean> {
  const first = open();
  const second = open();
  if (first === undefined || second === undefined) return false;
  const tests = new OvalTests();
  await readXml(url, first, root, OvalTests.elements, (element) => tests.add(element));
  await readXml(url, second, root, new Set(['definition']), (element) => {
    const definition = definitionOf(element, tests);
    if (typeof definition === 'string') reject(context.tally, element.attributes.id ?? url, definition);
    else visit(definition);
  });
  return true;
}

/** A string says why it cannot be read. */
function definitionOf(element: XmlElement, tests: OvalTests): OvalDefinition | string {
  const metadata = childOf(element, 'metadata');
  const id = element.attributes.id;
  if (metadata === undefined || id === undefined) return 'has no metadata';
  const packages: OvalPackage[] = [];
  for (const criteria of childrenOf(element, 'criteria')) {
    const problem = walk(criteria, { platforms: new Set(), arches: [], module: undefined }, tests, packages);
    if (problem !== undefined) return problem;
  }
  return {
    id,
    title: childText(metadata, 'title'),
    description: childText(metadata, 'description'),
    metadata,
    packages,
  };
}

type Conditions = Pick<OvalPackage, 'platforms' | 'arches' | 'module'>;

/** What is beside a package in an AND holds for it; of an OR each branch stands alone. */
function walk(criteria: XmlElement, around: Conditions, tests: OvalTests, packages: OvalPackage[]): string | undefined {
  if (criteria.attributes.negate === 'true') return 'has a negated criterion';
  const conditions = criteria.attributes.operator === 'OR' ? around : withConditions(criteria, around, tests);
  for (const child of criteria.children) {
    if (child.name === 'criteria') {
      const problem = walk(child, conditions, tests, packages);
      if (problem !== undefined) return problem;
    }
    if (child.name !== 'criterion') continue;
    const term = tests.termOf(child);
    if (child.attributes.negate === 'true') return 'has a negated criterion';
    if (term.kind === 'unknown') return `has a test that is not understood (${term.reason.slice(0, 100)})`;
    if (term.kind !== 'package') continue;
    const arches = term.arches.length > 0 ? term.arches : conditions.arches;
    packages.push({ ...term.package, ...conditions, arches });
  }
  return undefined;
}

function withConditions(criteria: XmlElement, around: Conditions, tests: OvalTests): Conditions {
  let { platforms, arches, module } = around;
  for (const child of criteria.children) {
    const terms = conditionTerms(child, tests) ?? [];
    const named = terms.flatMap((term) => (term.kind === 'platform' ? term.platform : []));
    const stated = terms.flatMap((term) => (term.kind === 'arch' ? term.arch : []));
    if (named.length > 0) platforms = new Set(named);
    if (stated.length > 0) arches = stated;
    for (const term of terms) if (term.kind === 'module') module = term.module;
  }
  return { platforms, arches, module };
}

/** Terms of a branch that names no package; undefined: it names one. */
function conditionTerms(element: XmlElement, tests: OvalTests): ReturnType<OvalTests['termOf']>[] | undefined {
  if (element.name === 'criterion') {
    const term = tests.termOf(element);
    return term.kind === 'package' ? undefined : [term];
  }
  const out: ReturnType<OvalTests['termOf']>[] = [];
  for (const child of element.children) {
    const terms = conditionTerms(child, tests);
    if (terms === undefined) return undefined;
    for (const term of terms) out.push(term);
  }
  return out;
}
