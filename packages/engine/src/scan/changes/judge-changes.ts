import type { Inventory, Package } from '../../inventory/types.ts';
import type { Finding } from '../../matching/types.ts';
import { upgradeTo } from '../../policy/changes.ts';
import type { AfterChanges, Change, Evaluation, Upgrade, Verdict } from '../../policy/types.ts';
import { applyUpgrades } from './apply-upgrades.ts';
import { FactEdits, isOfFile } from './fact-edits.ts';
import { isStillIn, type StillBlocking, settingOf, stillBlocking } from './still-blocking.ts';

/** One change may reveal that a further one is needed; how often that is looked for. */
const maxRounds = 4;

/** Of what one step changes, its words name so many. */
const maxNoted = 3;

/** What is judged instead of what was found. */
export interface ChangedImage {
  readonly inventory: Inventory;
  /** packages that are others than those that were found */
  readonly changed: ReadonlySet<Package>;
  /** the distro is taken for a release that is supported */
  readonly newRelease: boolean;
}

type JudgeAgain = (changed: ChangedImage) => Promise<Evaluation>;

/**
 * Proves the smallest change: makes all of its upgrades and steps in what was found of the image, matches what was changed
 * against the advisories again, judges the whole again, and raises an upgrade or widens a step that is still found wanting.
 *
 * @returns the verdict with what came of that; unchanged where nothing could be made
 */
export async function judgeChanges(
  inventory: Inventory,
  { findings, verdict }: Evaluation,
  judgeAgain: JudgeAgain,
): Promise<Verdict> {
  const byKey = new Map(findings.map((finding) => [finding.key, finding]));
  const attempts = new Map<string, number>();
  let { changes } = verdict;
  let shown: readonly Change[] = changes;
  let after: AfterChanges | undefined;
  for (let round = 0; round < maxRounds; round++) {
    const made = make(inventory, changes, byKey, attempts);
    if (made.count === 0) break;
    const again = await judgeAgain(made.image);
    after = afterChanges(again.verdict, made.count);
    const still = stillBlocking(again);
    shown = changes.map((change) => proven(change, made.notes.get(change), still, byKey));
    const isWider = widen(made.notes, still, attempts, byKey);
    const raised = raise(changes, again, byKey);
    if (raised === null && !isWider) break;
    if (round < maxRounds - 1) changes = raised ?? changes;
  }
  return after === undefined ? verdict : { ...verdict, changes: shown, afterChanges: after };
}

/** Of each change that was made: what of it, by the key of the finding; null where a finding asks for what cannot be made. */
type Notes = ReadonlyMap<Change, ReadonlyMap<string, string | null>>;

function make(
  inventory: Inventory,
  changes: readonly Change[],
  byKey: ReadonlyMap<string, Finding>,
  attempts: ReadonlyMap<string, number>,
): { readonly image: ChangedImage; readonly notes: Notes; readonly count: number } {
  const edits = new FactEdits();
  const notes = new Map<Change, ReadonlyMap<string, string | null>>();
  const upgrades = changes.flatMap(({ upgrade }) => upgrade ?? []);
  for (const change of changes) {
    const own = new Map<string, string | null>();
    if (change.kind !== 'distro' && change.upgrade === undefined) {
      for (const key of change.findings) {
        const finding = byKey.get(key);
        if (finding === undefined || !isOfFacts(finding)) continue;
        for (let attempt = 0; attempt <= (attempts.get(key) ?? 0); attempt++) {
          own.set(key, edits.add(finding, attempt) ?? (attempt === 0 ? null : (own.get(key) ?? null)));
        }
      }
    }
    if ([...own.values()].some((note) => note !== null)) notes.set(change, own);
  }
  const isMoved = changes.some(({ kind }) => kind === 'distro');
  const upgraded = applyUpgrades(inventory.packages, upgrades);
  return {
    image: {
      inventory: edits.apply({ ...inventory, packages: upgraded.packages }),
      changed: upgraded.changed,
      newRelease: isMoved,
    },
    notes,
    count: upgrades.length + notes.size + (isMoved ? 1 : 0),
  };
}

/** Made by a rule, or a package that has to go. */
function isOfFacts({ kind, package: pkg }: Finding): boolean {
  return kind !== 'vulnerability' && kind !== 'end-of-life' && (kind !== 'malware' || pkg !== null);
}

function proven(
  change: Change,
  own: ReadonlyMap<string, string | null> | undefined,
  still: StillBlocking,
  byKey: ReadonlyMap<string, Finding>,
): Change {
  if (change.kind === 'distro') {
    const note = 'what that release would hold in its place is not known: name an image of it with --base-candidate';
    return { ...change, proven: false, note };
  }
  if (change.upgrade !== undefined) {
    const inPlace = change.upgrade.path !== null;
    const isLeft = change.findings.some((key) => isStillIn(byKey.get(key)!, still, inPlace));
    return isLeft ? { ...change, proven: false, note: 'judged again, it is still found' } : { ...change, proven: true };
  }
  if (own === undefined) return change;
  const isOpen = (key: string) => still.keys.has(key) || still.settings.has(settingOf(byKey.get(key)!) ?? '');
  const isLeft = [...own].some(([key, note]) => note === null || isOpen(key)) || own.size < change.findings.length;
  const words = [...new Set([...own.values()].filter((note) => note !== null))];
  const more = words.length > maxNoted ? ` and ${words.length - maxNoted} more` : '';
  const note = words.slice(0, maxNoted).join(', ') + more;
  return { ...change, proven: !isLeft, note: isLeft ? `judged again ${note}: it is still found` : note };
}

/** Findings whose step was not enough and could be larger. */
function widen(
  notes: Notes,
  { keys }: StillBlocking,
  attempts: Map<string, number>,
  byKey: ReadonlyMap<string, Finding>,
): boolean {
  let isWider = false;
  for (const own of notes.values()) {
    for (const [key, note] of own) {
      if (note === null || !keys.has(key) || attempts.has(key) || !isOfFile(byKey.get(key)!)) continue;
      attempts.set(key, 1);
      isWider = true;
    }
  }
  return isWider;
}

function afterChanges({ result, exitCode, reasons, rules }: Verdict, made: number): AfterChanges {
  const denying = rules.filter(({ action }) => action === 'deny').map(({ id }) => id);
  return { made, result, exitCode, reasons, rules: [...new Set(denying)] };
}

/** The changes with what the next round asks for; null: nothing. */
function raise(
  changes: readonly Change[],
  { verdict }: Evaluation,
  byKey: ReadonlyMap<string, Finding>,
): readonly Change[] | null {
  const wanted = verdict.changes.flatMap(({ upgrade }) => upgrade ?? []);
  let isRaised = false;
  const raised = changes.map((change) => {
    const { upgrade } = change;
    const next = upgrade && wanted.find((each) => each.from === upgrade.to && isSameSubject(each, upgrade));
    if (!upgrade || !next || next.to === upgrade.to) return change;
    isRaised = true;
    const fixed = change.findings.flatMap((key) => byKey.get(key) ?? []);
    return upgradeTo({ ...upgrade, to: next.to }, fixed);
  });
  return isRaised ? raised : null;
}

function isSameSubject(a: Upgrade, b: Upgrade): boolean {
  const isElsewhere = a.path !== null && b.path !== null && a.path !== b.path;
  if (a.type !== b.type || a.source !== b.source || isElsewhere) return false;
  return a.source !== null || a.names.some((name) => b.names.includes(name));
}
