import { type Severity, severities } from '../advisories/types.ts';
import type { Finding } from '../matching/types.ts';
import type { FindingContext } from './finding-context.ts';
import { FindingRows } from './finding-rows.ts';
import type { Rule } from './policy-file.ts';
import { summary } from './summary.ts';

/** Of one thing that a rule looked at, whether it breaks the rule. */
export type Breaks = (rule: Rule, values: readonly unknown[]) => boolean;

/** What a rule said of findings. */
export interface JudgedFindings {
  /** null: none breaks it */
  readonly message: string | null;
  /** keys, in the order of the result */
  readonly findings: readonly string[];
  /** where those are among the findings, the worst first */
  readonly places?: readonly number[];
}

/** Places among the findings, the worst first. */
interface Judged {
  readonly all: readonly number[];
  /** those that nothing suppresses */
  readonly open: readonly number[];
  readonly rows: FindingRows;
}

/** Judges rules on the findings of one image, one rule after the other; what the rules have in common is made once. */
export class FindingsJudge {
  readonly #findings: readonly Finding[];
  readonly #context: FindingContext;
  readonly #judged = new Map<Finding['kind'], Judged>();
  #sorted: readonly number[] | undefined;

  /** @param findings as they were given, which is their order in the result */
  constructor(findings: readonly Finding[], context: FindingContext) {
    this.#findings = findings;
    this.#context = context;
  }

  /**
   * @param values of the rule's variables, of which the first is the context that moves over the findings
   * @param breaks asked of one finding after the other; absent: of many at once, which is the same and takes less
   */
  judge(rule: Rule, values: readonly unknown[], breaks?: Breaks): JudgedFindings {
    const [context, findings] = [this.#context, this.#findings];
    const { rows, all, open } = this.#judgedOf(rule.scope === 'malware' ? 'malware' : 'vulnerability');
    // what a baseline knows is left to the rules that ask for it
    const judged = asksWhatIsKnown(rule) ? all : open;
    const places =
      breaks === undefined
        ? rule.when.select(rows, values, judged)
        : judged.filter((place) => {
            context.of(findings[place]!);
            return breaks(rule, values);
          });
    if (places.length === 0) return { message: null, findings: [] };
    const message = summary(places, (place) => {
      context.of(findings[place]!);
      return rule.message.render(values);
    });
    return { message, findings: this.#keys(places), places };
  }

  #keys(places: readonly number[]): readonly string[] {
    const findings = this.#findings;
    // numbers alone are sorted without asking a function
    const ordered = new Uint32Array(places).sort();
    const keys = new Array<string>(ordered.length);
    for (let at = 0; at < ordered.length; at++) keys[at] = findings[ordered[at]!]!.key;
    return keys;
  }

  #judgedOf(kind: Finding['kind']): Judged {
    const known = this.#judged.get(kind);
    if (known !== undefined) return known;
    this.#sorted ??= worstFirst(this.#findings);
    const all = this.#sorted.filter((at) => {
      const { kind: own, suppressed } = this.#findings[at]!;
      return own === kind && (suppressed.length === 0 || suppressed.every(({ by }) => by === 'baseline'));
    });
    const isOpen = (at: number) => this.#findings[at]!.suppressed.length === 0;
    const rows = new FindingRows(this.#findings, this.#context, all.length);
    const judged = { all, open: all.every(isOpen) ? all : all.filter(isOpen), rows };
    this.#judged.set(kind, judged);
    return judged;
  }
}

function asksWhatIsKnown({ when }: Rule): boolean {
  return when.reads.some((read) => read === 'finding.isNew' || read.startsWith('finding.firstSeen'));
}

const rank = Object.fromEntries(severities.map((severity, at) => [severity, at])) as Readonly<Record<Severity, number>>;

/**
 * Their places, in an order that is total, so that the order in which findings are given changes nothing. Matching gives them
 * in nearly this order, which is soon sorted.
 */
function worstFirst(findings: readonly Finding[]): readonly number[] {
  const places = severities.map((): number[] => []);
  for (let at = 0; at < findings.length; at++) places[rank[findings[at]!.severity]]!.push(at);
  const byName = (one: number, other: number) => {
    const a = findings[one]!;
    const b = findings[other]!;
    return byCodeUnit(a.id, b.id) || byCodeUnit(a.key, b.key);
  };
  return places.reverse().flatMap((own) => own.sort(byName));
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
