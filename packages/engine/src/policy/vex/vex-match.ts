import type { Finding } from '../../matching/types.ts';
import { inVers } from '../../versions/vers/in-vers.ts';
import { VersError } from '../../versions/vers/vers-error.ts';
import type { OrderVersions, PolicySubject, VexOutcome, VexStatus } from '../types.ts';
import { fitsFinding } from './vex-product.ts';
import type { VexFile, VexStatement } from './vex-statement.ts';

/** Of those of the same time the one that lets less through counts. */
const strictness: readonly VexStatus[] = ['affected', 'under_investigation', 'fixed', 'not_affected'];

/** Products of a statement that are named in a report. */
const maxNamed = 3;

interface Account {
  state: VexOutcome['state'];
  why: string;
  readonly findings: string[];
}

/** Applies the statements of VEX documents to the findings of one image and keeps account of what became of each. */
export class VexStatements {
  readonly #all: readonly VexStatement[];
  readonly #image: PolicySubject['image'];
  readonly #order: OrderVersions;
  readonly #byId = new Map<string, VexStatement[]>();
  readonly #accounts = new Map<VexStatement, Account>();

  /** @param evaluatedAt `YYYY-MM-DD`; what is dated after that day is not in force. Null: all are */
  constructor(
    files: readonly VexFile[],
    image: PolicySubject['image'],
    order: OrderVersions,
    evaluatedAt: string | null = null,
  ) {
    this.#all = files
      .flatMap(({ statements }) => statements)
      .map((statement) => (evaluatedAt === null ? statement : inForce(statement, evaluatedAt)));
    this.#image = image;
    this.#order = order;
    for (const statement of this.#all) {
      if (statement.problem !== null) continue;
      for (const id of new Set(statement.ids)) {
        if (this.#byId.has(id)) this.#byId.get(id)!.push(statement);
        else this.#byId.set(id, [statement]);
      }
    }
  }

  /** The finding; suppressed where the newest statement about it says that it is not affected, or fixed. */
  apply(finding: Finding): Finding {
    if (finding.kind !== 'vulnerability' || this.#byId.size === 0) return finding;
    const ids = [...new Set([finding.id, ...finding.aliases])];
    const about = [...new Set(ids.flatMap((id) => this.#byId.get(id) ?? []))].filter((each) =>
      this.#isAbout(each, finding),
    );
    const [newest, ...others] = about.sort(newestFirst);
    if (newest === undefined) return finding;
    for (const other of others) {
      this.#note(other, 'superseded', precedence(newest, other));
    }
    if (newest.status === 'affected' || newest.status === 'under_investigation') {
      this.#note(
        newest,
        'noted',
        `it says ${newest.status}: the finding stays${opposed(newest, finding)}`,
        finding.key,
      );
      return finding;
    }
    this.#note(newest, 'applied', `its product is ${finding.package?.name ?? 'the image'}`, finding.key);
    const { status, justification, text, author, source } = newest;
    const suppression = {
      by: 'vex' as const,
      reason: [status, justification, text].filter((part) => part !== null).join(': '),
      ...(justification !== null && { category: justification }),
      owner: author,
      until: null,
      source,
    };
    return { ...finding, suppressed: [...finding.suppressed, suppression] };
  }

  /** What became of each statement and why, in the order of the files. */
  report(): readonly VexOutcome[] {
    return this.#all.map((statement) => {
      const { ids, source, status, time, products, problem } = statement;
      const account = this.#accounts.get(statement);
      const labels = products
        .slice(0, maxNamed)
        .map(({ software, parts }) => [software, ...parts.slice(0, 1)].map(({ label }) => label).join(' / '));
      const more = products.length - labels.length;
      return {
        id: ids[0] ?? '',
        source,
        status,
        time: new Date(time).toISOString().replace('.000Z', 'Z'),
        product: labels.join(', ') + (more > 0 ? ` and ${more} more` : ''),
        state: problem === null ? (account?.state ?? 'no-finding') : 'not-honoured',
        why: problem ?? account?.why ?? `nothing in this image has ${ids[0]}`,
        findings: [...(account?.findings ?? [])].sort(),
      };
    });
  }

  #isAbout(statement: VexStatement, finding: Finding): boolean {
    let why = '';
    for (const product of statement.products) {
      const fit = fitsFinding(product, statement.status, finding, this.#image, this.#order, isInRange);
      if (fit.fits) return true;
      if (why === '' || / < |version/.test(fit.why)) why = fit.why;
    }
    this.#note(statement, 'other-product', why);
    return false;
  }

  /** Of several findings the best that became of a statement is told. */
  #note(statement: VexStatement, state: VexOutcome['state'], why: string, key?: string): void {
    const known = this.#accounts.get(statement);
    const account = known ?? { state, why, findings: [] };
    if (known === undefined) this.#accounts.set(statement, account);
    else if (ranks.indexOf(state) < ranks.indexOf(known.state)) Object.assign(account, { state, why });
    if (key !== undefined) account.findings.push(key);
  }
}

const ranks: readonly VexOutcome['state'][] = ['applied', 'noted', 'superseded', 'other-product'];

/** A date to come would otherwise be the newest for ever, whatever is published until then. */
function inForce(statement: VexStatement, evaluatedAt: string): VexStatement {
  if (statement.problem !== null || !isLater(statement, evaluatedAt)) return statement;
  return { ...statement, problem: `it is dated ${day(statement.time)}, after the day that is judged (${evaluatedAt})` };
}

/** Whether it is dated after a day (`YYYY-MM-DD`). */
export function isLater({ time }: VexStatement, evaluatedAt: string): boolean {
  return time >= Date.parse(`${evaluatedAt}T00:00:00Z`) + dayMilliseconds;
}

const dayMilliseconds = 86_400_000;

function newestFirst(a: VexStatement, b: VexStatement): number {
  return b.time - a.time || strictness.indexOf(a.status) - strictness.indexOf(b.status);
}

/** Why the one counts and the other does not. */
function precedence(counts: VexStatement, other: VexStatement): string {
  const { source, status, time } = counts;
  if (other.time !== time) return `${source} is newer (${day(time)}) and says ${status}`;
  return other.status === status
    ? `${source} is as new and says ${status} too`
    : `${source} is as new and stricter and says ${status}`;
}

/** An exception that denies what the newest statement says. */
function opposed({ status }: VexStatement, { suppressed }: Finding): string {
  const other = suppressed.find(
    ({ category }) => category !== undefined && !['risk-accepted', 'wont-fix'].includes(category),
  );
  return status === 'affected' && other !== undefined ? `; against it, ${other.source} says ${other.category}` : '';
}

function isInRange(range: string, version: string): boolean {
  try {
    return inVers(range, version);
  } catch (error) {
    // a range that cannot be read names no version
    if (error instanceof VersError) return false;
    throw error;
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
