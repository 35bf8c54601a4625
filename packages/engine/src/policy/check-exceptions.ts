import type { Finding } from '../matching/types.ts';
import type { ExceptionFile } from './exception.ts';
import { Exceptions } from './exception-match.ts';
import type { AppliedException, PolicySubject } from './types.ts';

/** An image with what was found in it: what exceptions are held against. */
export interface CheckedImage {
  readonly image: PolicySubject['image'];
  readonly findings: readonly Finding[];
}

export interface CheckedException extends AppliedException {
  /** it should be mended or taken out; notes and a near end alone are none */
  readonly problems: readonly string[];
}

/**
 * What is wrong with exceptions at a date: expired, too broad, endless, against another, not honoured; and, of images that
 * are given, needed by none of them. A finding counts as found whatever suppressed it then.
 */
export function checkExceptions(
  files: readonly ExceptionFile[],
  images: readonly CheckedImage[],
  evaluatedAt: string,
  lapsingDays: number,
): readonly CheckedException[] {
  const anywhere: PolicySubject['image'] = {
    reference: '',
    names: [],
    id: null,
    digest: null,
    platform: null,
    created: null,
    base: null,
    distro: null,
  };
  const reports = (images.length === 0 ? [{ image: anywhere, findings: [] }] : images).map(({ image, findings }) => {
    const exceptions = new Exceptions(files, image, evaluatedAt, lapsingDays);
    for (const finding of findings) exceptions.apply({ ...finding, suppressed: [] });
    return exceptions.report();
  });
  const [first = []] = reports;
  return first.map((one, at) => {
    const all = reports.map((report) => report[at] ?? one);
    const best = all.find(({ findings }) => findings.length > 0) ?? all.find(({ state }) => state === 'fixed') ?? one;
    return { ...best, problems: problemsOf(best, images.length > 0) };
  });
}

function problemsOf({ state, expires, notes }: AppliedException, held: boolean): readonly string[] {
  const words: string[] = [];
  if (state === 'expired') words.push(`expired since ${expires}`);
  if (state === 'fixed') words.push('over: there is a fix');
  if (state === 'unused' && held) words.push('unused: none of the results needs it');
  return [...words, ...notes];
}
