import type { ImageBase } from '../../image/types.ts';
import { distroTypes } from '../../matching/plan.ts';
import type { Finding } from '../../matching/types.ts';
import type { BaseOutcome, Change, Evaluation, Verdict } from '../../policy/types.ts';
import type { BaseCandidate, OtherBase } from './other-bases.ts';
import type { Rebased } from './rebase.ts';
import { blockingFindings, isStillIn, type StillBlocking, settingOf, stillBlocking } from './still-blocking.ts';

/** What an image was judged to be on another base. */
export interface OnOtherBase {
  readonly evaluation: Evaluation;
  /** proves changes on that base */
  prove(): Promise<Verdict>;
}

/** @returns why it cannot be judged, in words, or what it was judged to be */
type JudgeOn = (other: OtherBase) => Promise<OnOtherBase | string>;

interface Best {
  readonly on: OnOtherBase;
  readonly at: number;
  readonly gone: readonly Finding[];
  readonly rebased: Rebased;
}

/** Names that one line has. */
const maxNamed = 3;

/**
 * Judges the image on each of these bases, and makes the best of them the first change: the one on which it passes, else on which
 * fewer findings stop it. One that takes away no more than it adds is none.
 *
 * @param base what the image is built on
 */
export async function judgeBases(
  candidates: readonly BaseCandidate[],
  base: ImageBase | null,
  evaluation: Evaluation,
  judgeOn: JudgeOn,
): Promise<{ readonly outcomes: readonly BaseOutcome[]; readonly verdict: Verdict | null }> {
  if (candidates.length === 0) return { outcomes: [], verdict: null };
  const blocking = blockingFindings(evaluation);
  const before = stillBlocking(evaluation);
  const outcomes: BaseOutcome[] = [];
  let best: Best | null = null;
  for (const candidate of candidates) {
    if ('outcome' in candidate) {
      outcomes.push(candidate.outcome);
      continue;
    }
    const on = await judgeOn(candidate);
    const { reference, distro, rebased } = candidate;
    const { id, digest } = candidate.base;
    const about = { reference, id, digest, distro };
    if (typeof on === 'string') {
      outcomes.push({ ...about, state: 'not-judged', message: on, result: null, takesAway: null, adds: null });
      continue;
    }
    const after = stillBlocking(on.evaluation);
    const gone = blocking.filter((finding) => !isIn(finding, after));
    const added = blockingFindings(on.evaluation).filter((finding) => !isIn(finding, before));
    const { result } = on.evaluation.verdict;
    const counts = { result, takesAway: gone.length, adds: added.length };
    outcomes.push({ ...about, state: 'worse', message: countsInWords(gone, blocking, added), ...counts });
    const at = outcomes.length - 1;
    if (gone.length > added.length && (best === null || isBetter(outcomes[at]!, outcomes[best.at]!))) {
      best = { on, at, gone, rebased };
    }
  }
  if (best === null) return { outcomes, verdict: null };
  const chosen: BaseOutcome = { ...outcomes[best.at]!, state: 'proposed' };
  const verdict = await onBest(best.on, toBase(chosen, base, best.gone, best.rebased), evaluation);
  return { outcomes: outcomes.map((outcome, at) => (at === best.at ? chosen : outcome)), verdict };
}

function isIn(finding: Finding, still: StillBlocking): boolean {
  if (still.keys.has(finding.key)) return true;
  const setting = settingOf(finding);
  if (setting !== null) return still.settings.has(setting);
  return isStillIn(finding, still, !distroTypes.includes(finding.package?.type ?? ''));
}

function isBetter(one: BaseOutcome, other: BaseOutcome): boolean {
  const passes = ({ result }: BaseOutcome) => result !== 'fail';
  const effect = ({ takesAway, adds }: BaseOutcome) => (takesAway ?? 0) - (adds ?? 0);
  return passes(one) === passes(other) ? effect(one) > effect(other) : passes(one);
}

function countsInWords(gone: readonly Finding[], of: readonly Finding[], added: readonly Finding[]): string {
  const share = gone.length === of.length ? `all ${of.length}` : `${gone.length} of ${of.length}`;
  const also = added.length === 0 ? '' : `, and brings ${added.length} other${added.length === 1 ? '' : 's'}`;
  return `takes away ${gone.length === 0 ? 'none of the' : share} findings that stop the image${also}`;
}

function toBase(
  { reference, id, digest, distro, message }: BaseOutcome,
  base: ImageBase | null,
  gone: readonly Finding[],
  { left }: Rebased,
): Change {
  const instead = base?.reference == null || base.reference === reference ? '' : ` instead of ${base.reference}`;
  const pinned = digest === null || reference.includes('@') ? '' : ` (${digest.slice(0, 19)})`;
  const names = [...new Set(left.map(({ name }) => name))].sort();
  const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
  const release = [distro?.id, distro?.version].filter(Boolean).join(' ');
  return {
    kind: 'base',
    text: `build on ${reference}${pinned}${instead}: ${message}`,
    findings: gone.map(({ key }) => key),
    base: { reference, id, digest },
    proven: left.length === 0,
    ...(left.length > 0 && {
      note: `judged without ${names.slice(0, maxNamed).join(', ')}${more}, whose versions in ${release} are not known`,
    }),
  };
}

/** The verdict as it is, with the changes that lead over that base. */
async function onBest({ evaluation: on, prove }: OnOtherBase, change: Change, { verdict, findings }: Evaluation) {
  const proven = await prove();
  const known = new Set(findings.map(({ key }) => key));
  const rest = proven.changes.map((each) => ({ ...each, findings: each.findings.filter((key) => known.has(key)) }));
  const { result, exitCode, reasons, rules } = on.verdict;
  const denying = rules.filter(({ action }) => action === 'deny').map(({ id }) => id);
  const onBaseAlone = { made: 0, result, exitCode, reasons, rules: [...new Set(denying)] };
  const after = proven.afterChanges ?? onBaseAlone;
  return { ...verdict, changes: [change, ...rest], afterChanges: { ...after, made: after.made + 1 } };
}
