import type { Finding } from '../matching/types.ts';
import { daysBetween } from './days.ts';
import type { Exception, ExceptionFile } from './exception-file.ts';
import { matchesGlob } from './glob.ts';
import { matchesImage } from './image-pattern.ts';
import type { AppliedException, PolicySubject } from './types.ts';

/** From this many days before its last day on, an exception is named as lapsing. */
const lapsingDays = 14;

/** Applies exceptions to the findings of one image and keeps account of which excused what. */
export class Exceptions {
  readonly #all: readonly Exception[];
  readonly #evaluatedAt: string;
  readonly #byId = new Map<string, Exception[]>();
  readonly #patterns: Exception[] = [];
  readonly #excused = new Map<Exception, Set<string>>();

  constructor(files: readonly ExceptionFile[], image: PolicySubject['image'], evaluatedAt: string) {
    this.#all = files.flatMap((file) => file.exceptions);
    this.#evaluatedAt = evaluatedAt;
    for (const exception of this.#all) {
      if (isExpired(exception, evaluatedAt)) continue;
      if (exception.image !== null && !matchesImage(exception.image, image)) continue;
      if (/[*?]/.test(exception.id)) this.#patterns.push(exception);
      else if (this.#byId.has(exception.id)) this.#byId.get(exception.id)!.push(exception);
      else this.#byId.set(exception.id, [exception]);
    }
  }

  /** The finding, with a suppression for every exception that excuses it. */
  apply(finding: Finding): Finding {
    const ids = [...new Set([finding.id, ...finding.aliases])];
    const named = ids.flatMap((id) => this.#byId.get(id) ?? []);
    const matched = this.#patterns.filter(({ id }) => ids.some((each) => matchesGlob(each, id)));
    const applied = [...named, ...matched].filter(
      (exception) => isPackage(exception.package, finding) && isPath(exception.path, finding),
    );
    if (applied.length === 0) return finding;
    for (const exception of applied) {
      const keys = this.#excused.get(exception);
      if (keys === undefined) this.#excused.set(exception, new Set([finding.key]));
      else keys.add(finding.key);
    }
    const suppressions = applied.map(({ reason, owner, expires, source }) => ({
      by: 'exception' as const,
      reason,
      owner,
      until: expires,
      source,
    }));
    return { ...finding, suppressed: [...finding.suppressed, ...suppressions] };
  }

  /** What became of each exception, in the order of the files. */
  report(): readonly AppliedException[] {
    return this.#all.map((exception) => {
      const { id, source, reason, owner, expires } = exception;
      const findings = [...(this.#excused.get(exception) ?? [])].sort();
      return { id, source, reason, owner, expires, findings, state: this.#state(exception, findings.length > 0) };
    });
  }

  #state(exception: Exception, used: boolean): AppliedException['state'] {
    if (isExpired(exception, this.#evaluatedAt)) return 'expired';
    if (!used) return 'unused';
    return daysBetween(this.#evaluatedAt, exception.expires) <= lapsingDays ? 'expires-soon' : 'applied';
  }
}

/** Both are `YYYY-MM-DD`, which sort as they follow each other. */
function isExpired({ expires }: Exception, evaluatedAt: string): boolean {
  return expires < evaluatedAt;
}

function isPath(pattern: string | null, { evidence }: Finding): boolean {
  return pattern === null || (evidence.path !== undefined && matchesGlob(evidence.path, pattern));
}

function isPackage(pattern: string | null, finding: Finding): boolean {
  if (pattern === null) return true;
  if (finding.package === null) return false;
  const { name, purl } = finding.package;
  return matchesGlob(pattern.startsWith('pkg:') ? purl : name, pattern);
}
