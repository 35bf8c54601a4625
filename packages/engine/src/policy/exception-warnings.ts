import { daysBetween } from './days.ts';
import { type Exception, isWild } from './exception.ts';
import { widerExceptions } from './wider-exception.ts';

/** An exception for longer than this is hardly looked at again. */
const longDays = 400;

/** What is doubtful about exceptions, whether or not an image needs them: too broad, without an end, against another. */
export function exceptionWarnings(
  exceptions: readonly Exception[],
  evaluatedAt: string,
): ReadonlyMap<Exception, readonly string[]> {
  const warnings = new Map<Exception, string[]>();
  for (const exception of exceptions) {
    if (!exception.honoured) continue;
    const own = [...broad(exception), ...endless(exception, evaluatedAt)];
    if (own.length > 0) warnings.set(exception, own);
  }
  for (const [exception, words] of opposed(exceptions, evaluatedAt)) {
    warnings.set(exception, [...(warnings.get(exception) ?? []), ...words]);
  }
  for (const [exception, wider] of widerExceptions(exceptions, evaluatedAt)) {
    const words = overlap(exception, wider, evaluatedAt);
    if (words !== null)
      warnings.set(exception, [...(warnings.get(exception) ?? []), words + answers(exception, wider)]);
  }
  return warnings;
}

function broad(exception: Exception): readonly string[] {
  const { id, package: pkg, path, version } = exception;
  const any = /^[*?]*\*[*?]*$/.test(id);
  if (any && (pkg === null || /^[*?]*$/.test(pkg)) && path === null) return ['over-broad: it excuses every finding'];
  if (any && pkg !== null && version === null) return [`over-broad: it excuses whatever is found in ${pkg}`];
  if (any) return ['over-broad: it names no vulnerability'];
  return isWild(id) && pkg === null ? ['over-broad: it excuses many ids in any package'] : [];
}

function endless({ expires, untilFixed }: Exception, evaluatedAt: string): readonly string[] {
  if (expires === null) return untilFixed ? [] : ['it never expires'];
  return daysBetween(evaluatedAt, expires) > longDays ? [`it lasts longer than ${longDays} days`] : [];
}

/** Of those that are about the same, two that say different things of it. */
function opposed(exceptions: readonly Exception[], evaluatedAt: string): ReadonlyMap<Exception, readonly string[]> {
  const first = new Map<string, Exception>();
  const words = new Map<Exception, readonly string[]>();
  for (const exception of exceptions) {
    if (!exception.honoured) continue;
    const about = scope(exception);
    const other = first.get(about);
    if (other === undefined) {
      first.set(about, exception);
      continue;
    }
    words.set(exception, [
      (other.category !== exception.category
        ? `contradicts ${other.source}: ${claim(other)} there, ${claim(exception)} here`
        : `the same as ${other.source}`) + differences(other, exception, evaluatedAt),
    ]);
  }
  return words;
}

/** What a wider one that is in force says against an exception; null where each has its use, as the narrow one lasts longer. */
function overlap(exception: Exception, wider: Exception, evaluatedAt: string): string | null {
  const { source, category, expires } = wider;
  if (category !== null && exception.category !== null && category !== exception.category)
    return `contradicts ${source}, which is wider: ${category} there, ${exception.category} here`;
  if (exception.expires !== null && exception.expires < evaluatedAt)
    return `${source}, which is wider, goes on excusing what this one no longer does`;
  const lasts = expires === null || (exception.expires !== null && exception.expires <= expires);
  return lasts ? `${source}, which is wider, excuses the same` : null;
}

function answers({ owner }: Exception, wider: Exception): string {
  return wider.owner === owner ? '' : `; ${wider.owner ?? 'nobody'} owns it`;
}

/** Who answers for the other one, where that is somebody else, and that it is over. */
function differences(other: Exception, { owner }: Exception, evaluatedAt: string): string {
  const whose = other.owner === owner ? '' : `, which ${other.owner ?? 'nobody'} owns`;
  const over = other.expires !== null && other.expires < evaluatedAt ? `, expired since ${other.expires}` : '';
  return whose + over;
}

function scope(exception: Exception): string {
  const { id, kinds, package: pkg, type, version, path, images, notImages, fix } = exception;
  return JSON.stringify([id, kinds, pkg, type, version, path, images, notImages, fix]);
}

function claim({ category }: Exception): string {
  return category ?? 'no category';
}
