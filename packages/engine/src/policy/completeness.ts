import type { Incomplete, IncompleteCode } from '../inventory/types.ts';
import type { Reason } from './types.ts';

/**
 * What each `incomplete` code means for the gate: `closes` ends with 4 unless a policy allows the code, `rules` is left to
 * rules of scope `coverage` (the pack `default` warns).
 */
const gateEffects = {
  'unsafe-path': 'closes',
  'file-too-large': 'closes',
  'file-unreadable': 'closes',
  'limit-reached': 'closes',
  'entry-not-understood': 'closes',
  'package-database-unread': 'closes',
  'package-database-damaged': 'closes',
  'package-database-removed': 'closes',
  'package-database-altered': 'closes',
  'package-database-missing': 'closes',
  'platform-unread': 'closes',
  'distro-unknown': 'closes',
  'package-manifest-damaged': 'closes',
  'link-broken': 'closes',
  'secrets-unread': 'rules',
  'malware-scan-incomplete': 'closes',
  'base-mismatch': 'rules',
  'history-incomplete': 'rules',
  'sbom-component-unread': 'closes',
  'sbom-incomplete': 'closes',
  'sbom-source-unknown': 'closes',
  'application-unread': 'rules',
  'no-feed': 'rules',
  'not-comparable': 'rules',
  'version-unparsed': 'rules',
} as const satisfies Record<IncompleteCode, 'closes' | 'rules'>;

export const incompleteCodes = Object.keys(gateEffects) as readonly IncompleteCode[];

/** Codes that close the gate unless a policy allows them. */
export const gateClosingCodes: ReadonlySet<IncompleteCode> = new Set(
  incompleteCodes.filter((code) => gateEffects[code] === 'closes'),
);

export interface CompletenessInput {
  readonly incomplete: readonly Incomplete[];
  /** shard names */
  readonly missing: readonly string[];
  readonly stale: readonly string[];
  /** codes that a policy allows */
  readonly allowed: ReadonlySet<IncompleteCode>;
}

/** Named in a message; the result lists them all. */
const maxNamed = 3;

/**
 * The reasons for exits 5 and 4: advisories that are missing or stale, which no policy can allow, and what could not be
 * read of the image. A code that is not known here (a result of a later version) closes.
 */
export function completenessReasons(input: CompletenessInput): readonly Reason[] {
  const reasons: Reason[] = [];
  if (input.missing.length > 0) {
    reasons.push({
      exitCode: 5,
      code: 'advisories-missing',
      message: `advisories that this image needs are missing: ${named(input.missing)}; run "plimsoll db build" (a distribution without a feed cannot be judged)`,
    });
  }
  if (input.stale.length > 0) {
    reasons.push({
      exitCode: 5,
      code: 'advisories-stale',
      message: `advisories that this image needs are out of date: ${named(input.stale)}; run "plimsoll db update"`,
    });
  }
  const effects: Readonly<Record<string, string | undefined>> = gateEffects;
  const closing = input.incomplete.filter(({ code }) => effects[code] !== 'rules' && !input.allowed.has(code));
  if (closing.length > 0) {
    const messages = closing.map(({ message, path }) =>
      path && !message.includes(path) ? `${path}: ${message}` : message,
    );
    reasons.push({
      exitCode: 4,
      code: 'inventory-incomplete',
      message: `the inventory is incomplete: ${named(messages, '; ')}`,
    });
  }
  return reasons;
}

function named(names: readonly string[], separator = ', '): string {
  const distinct = [...new Set(names)];
  const shown = distinct.slice(0, maxNamed).join(separator);
  return distinct.length > maxNamed ? `${shown}${separator}and ${distinct.length - maxNamed} more` : shown;
}
