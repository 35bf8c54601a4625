import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** A version of PEP 440, its parts as they order. */
export interface PypiVersion {
  readonly epoch: Numeral;
  /** without trailing zeros, which mean nothing */
  readonly release: readonly Numeral[];
  /** how many numbers the release was written with; `~=` asks */
  readonly releaseLength: number;
  /** one of `phases` */
  readonly phase: number;
  /** the number of the alpha, beta or release candidate */
  readonly pre: Numeral;
  /** -1: none */
  readonly post: Numeral;
  /** Infinity: none, since a development release comes before what it leads to */
  readonly dev: Numeral;
  /** behind the `+`; empty: none, which comes first */
  readonly local: readonly (Numeral | string)[];
  /** as written, in lower case, without blanks around it */
  readonly text: string;
}

/** A development release of the release itself comes before its alphas. */
export const phases = { dev: 0, alpha: 1, beta: 2, candidate: 3, release: 4 } as const;

const spelling: Readonly<Record<string, number>> = {
  a: phases.alpha,
  alpha: phases.alpha,
  b: phases.beta,
  beta: phases.beta,
  c: phases.candidate,
  rc: phases.candidate,
  pre: phases.candidate,
  preview: phases.candidate,
};

const pattern =
  /^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]+)?)?(?:-([0-9]+)|[._-]?(post|rev|r)[._-]?([0-9]+)?)?(?:[._-]?(dev)[._-]?([0-9]+)?)?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$/;

/** @see https://packaging.python.org/en/latest/specifications/version-specifiers/ (PEP 440), with its normalisations */
export function parsePypiVersion(text: string): PypiVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const lower = asciiLower(text.trim());
  const found = pattern.exec(lower);
  if (found === null) return undefined;
  const [
    ,
    epoch = '0',
    numbers = '',
    phase,
    pre = '0',
    implicitPost,
    post,
    postNumber = '0',
    dev,
    devNumber = '0',
    local,
  ] = found;
  const release = numbers.split('.').map(numeral);
  const releaseLength = release.length;
  while (release.length > 1 && release[release.length - 1]! <= 0) release.pop();
  const postOrdinal = implicitPost ?? (post === undefined ? undefined : postNumber);
  const bare = phase === undefined && postOrdinal === undefined && dev !== undefined;
  return {
    epoch: numeral(epoch),
    release,
    releaseLength,
    phase: bare ? phases.dev : phase === undefined ? phases.release : spelling[phase]!,
    pre: numeral(pre),
    post: postOrdinal === undefined ? -1 : numeral(postOrdinal),
    dev: dev === undefined ? Number.POSITIVE_INFINITY : numeral(devNumber),
    local:
      local === undefined ? [] : local.split(/[._-]/).map((part) => (/^[0-9]+$/.test(part) ? numeral(part) : part)),
    text: lower,
  };
}

/** Not `toLowerCase` alone: that turns the Kelvin sign into a `k`, and a version is ASCII. */
function asciiLower(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : text;
}

export function comparePypiVersions(a: PypiVersion, b: PypiVersion): Ordering {
  const ordering = comparePublicVersions(a, b);
  return ordering !== 0 ? ordering : compareLocals(a.local, b.local);
}

/** Without the local part, which most specifiers do not look at. */
export function comparePublicVersions(a: PypiVersion, b: PypiVersion): Ordering {
  const base = compareNumerals(a.epoch, b.epoch) || compareReleases(a.release, b.release);
  if (base !== 0) return base;
  if (a.phase !== b.phase) return a.phase < b.phase ? -1 : 1;
  return compareNumerals(a.pre, b.pre) || compareNumerals(a.post, b.post) || compareNumerals(a.dev, b.dev);
}

export function compareReleases(a: readonly Numeral[], b: readonly Numeral[]): Ordering {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a[at] ?? 0;
    const right = b[at] ?? 0;
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return 0;
}

/** Words before numbers, and what is longer after what it begins with. */
function compareLocals(a: PypiVersion['local'], b: PypiVersion['local']): Ordering {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a[at]!;
    const right = b[at]!;
    if (typeof left === 'string' || typeof right === 'string') {
      if (typeof left !== typeof right && !(typeof left === 'string' && typeof right === 'string')) {
        return typeof left === 'string' ? -1 : 1;
      }
      const ordering = compareText(String(left), String(right));
      if (ordering !== 0) return ordering;
    } else if (left < right || left > right) {
      return left < right ? -1 : 1;
    }
  }
  return compareNumerals(a.length, b.length);
}

const phaseNames = ['development', 'alpha', 'beta', 'release candidate', 'release'];

export function explainPypiVersions(a: PypiVersion, b: PypiVersion): string {
  const sign = orderingSign(comparePypiVersions(a, b));
  const say = (part: string, left: unknown, right: unknown) => `${part}: ${left} ${sign} ${right}`;
  if (sign === '=') return 'equal';
  if (compareNumerals(a.epoch, b.epoch) !== 0) return say('epoch', a.epoch, b.epoch);
  if (compareReleases(a.release, b.release) !== 0) return say('release', a.release.join('.'), b.release.join('.'));
  if (a.phase !== b.phase) return say('phase', phaseNames[a.phase], phaseNames[b.phase]);
  if (compareNumerals(a.pre, b.pre) !== 0) return say(phaseNames[a.phase]!, a.pre, b.pre);
  if (compareNumerals(a.post, b.post) !== 0)
    return say('post-release', orNone(a.post, a.post < 0), orNone(b.post, b.post < 0));
  if (compareNumerals(a.dev, b.dev) !== 0) {
    const none = Number.POSITIVE_INFINITY;
    return say('development release', orNone(a.dev, a.dev === none), orNone(b.dev, b.dev === none));
  }
  return say('local version', a.local.join('.') || 'none', b.local.join('.') || 'none');
}

function orNone(value: Numeral, none: boolean): string {
  return none ? 'none' : String(value);
}
