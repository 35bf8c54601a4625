import type { Finding } from '../matching/types.ts';
import { daysBetween } from './days.ts';
import { type Exception, type ExceptionFile, isWild } from './exception.ts';
import { exceptionWarnings } from './exception-warnings.ts';
import { matchesGlob } from './glob.ts';
import { matchesImage } from './image-pattern.ts';
import { matchesPath } from './path-pattern.ts';
import { knownPurl, matchesPurl } from './purl-match.ts';
import type { AppliedException, PolicySubject } from './types.ts';

/** From this many days before its last day on, an exception is named as lapsing, where nobody says otherwise. */
export const defaultLapsingDays = 14;

/** What no reason is given for; files of other tools need none. */
const noReason = 'no reason is given';

/** Applies exceptions to the findings of one image and keeps account of which excused what. */
export class Exceptions {
  readonly #all: readonly Exception[];
  readonly #evaluatedAt: string;
  readonly #lapsingDays: number;
  readonly #byId = new Map<string, Exception[]>();
  readonly #patterns: Exception[] = [];
  readonly #excused = new Map<Exception, Set<string>>();
  /** that would excuse something if there were no fix for it */
  readonly #fixed = new Set<Exception>();

  constructor(
    files: readonly ExceptionFile[],
    image: PolicySubject['image'],
    evaluatedAt: string,
    lapsingDays = defaultLapsingDays,
  ) {
    this.#all = files.flatMap((file) => file.exceptions);
    this.#evaluatedAt = evaluatedAt;
    this.#lapsingDays = lapsingDays;
    for (const exception of this.#all) {
      if (!exception.honoured || isExpired(exception, evaluatedAt) || !isImage(exception, image)) continue;
      if (isWild(exception.id)) this.#patterns.push(exception);
      else if (this.#byId.has(exception.id)) this.#byId.get(exception.id)!.push(exception);
      else this.#byId.set(exception.id, [exception]);
    }
  }

  /** The finding, with a suppression for every exception that excuses it. */
  apply(finding: Finding): Finding {
    if (this.#byId.size === 0 && this.#patterns.length === 0) return finding;
    const ids = [...new Set([finding.id, ...finding.aliases])];
    const named = ids.flatMap((id) => this.#byId.get(id) ?? []);
    const matched = this.#patterns.filter(({ id }) => ids.some((each) => matchesGlob(each, id)));
    const meant = [...named, ...matched].filter((exception) => isAbout(exception, finding));
    const applied = meant.filter((exception) => {
      const over = exception.untilFixed && finding.fix?.state === 'fixed';
      if (over) this.#fixed.add(exception);
      return !over;
    });
    if (applied.length === 0) return finding;
    for (const exception of applied) {
      const keys = this.#excused.get(exception);
      if (keys === undefined) this.#excused.set(exception, new Set([finding.key]));
      else keys.add(finding.key);
    }
    const suppressions = applied.map(({ category, reason, owner, approver, ticket, expires, untilFixed, source }) => ({
      by: 'exception' as const,
      reason: reason ?? noReason,
      ...(category !== null && { category }),
      owner,
      ...(approver !== null && { approver }),
      ...(ticket !== null && { ticket }),
      until: expires ?? (untilFixed ? 'fixed' : null),
      source,
    }));
    return { ...finding, suppressed: [...finding.suppressed, ...suppressions] };
  }

  /** What became of each exception, in the order of the files. */
  report(): readonly AppliedException[] {
    const warnings = exceptionWarnings(this.#all, this.#evaluatedAt);
    return this.#all.map((exception) => {
      const { id, source, category, reason, owner, approver, ticket, expires, untilFixed } = exception;
      const findings = [...(this.#excused.get(exception) ?? [])].sort();
      return {
        id,
        source,
        category,
        reason,
        owner,
        approver,
        ticket,
        expires,
        untilFixed,
        findings,
        state: this.#state(exception, findings.length > 0),
        notes: [...exception.notes, ...(warnings.get(exception) ?? [])],
      };
    });
  }

  #state(exception: Exception, used: boolean): AppliedException['state'] {
    if (!exception.honoured) return 'not-honoured';
    if (isExpired(exception, this.#evaluatedAt)) return 'expired';
    if (!used) return this.#fixed.has(exception) ? 'fixed' : 'unused';
    return isLapsing(exception, this.#evaluatedAt, this.#lapsingDays) ? 'expires-soon' : 'applied';
  }
}

/** Both are `YYYY-MM-DD`, which sort as they follow each other. */
function isExpired({ expires }: Exception, evaluatedAt: string): boolean {
  return expires !== null && expires < evaluatedAt;
}

function isLapsing({ expires }: Exception, evaluatedAt: string, lapsingDays: number): boolean {
  return expires !== null && daysBetween(evaluatedAt, expires) <= lapsingDays;
}

function isImage({ images, notImages }: Exception, image: PolicySubject['image']): boolean {
  if (images !== null && !images.some((pattern) => matchesImage(pattern, image))) return false;
  return !notImages.some((pattern) => matchesImage(pattern, image));
}

/** Its ids aside. */
function isAbout(exception: Exception, finding: Finding): boolean {
  const { kinds, type, version, path, fix } = exception;
  if (kinds !== null && !kinds.includes(finding.kind)) return false;
  if (type !== null && finding.package?.type !== type) return false;
  if (version !== null && (finding.package === null || !matchesGlob(finding.package.version, version))) return false;
  if (fix !== null && (finding.fix === null || !fix.includes(finding.fix.state))) return false;
  if (!isPackage(exception.package, finding)) return false;
  return path === null || (finding.evidence.path !== undefined && matchesPath(finding.evidence.path, path));
}

/** A purl without wildcards may leave out version and qualifiers. */
function isPackage(pattern: string | null, finding: Finding): boolean {
  if (pattern === null) return true;
  if (finding.package === null) return false;
  const { name, purl } = finding.package;
  if (!pattern.startsWith('pkg:')) return matchesGlob(name, pattern);
  if (matchesGlob(purl, pattern)) return true;
  // a question mark also begins the qualifiers
  const [wanted, found] = [pattern.includes('*') ? null : knownPurl(pattern), knownPurl(purl)];
  return wanted !== null && found !== null && matchesPurl(wanted, found);
}
