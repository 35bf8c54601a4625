import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** `1.0.2zd`, `3.0.0-alpha1`: numbers, the patch letters of releases before 3.0, a pre-release. */
export interface OpensslVersion {
  readonly numbers: readonly Numeral[];
  /** empty: none, which comes first */
  readonly letters: string;
  /** index in `stages` */
  readonly stage: number;
  readonly stageNumber: Numeral;
}

/** In order; the empty one is the release. */
const stages = ['dev', 'alpha', 'beta', 'pre', ''];

const pattern = /^([0-9]+(?:\.[0-9]+)*)([a-z]*)(?:-(dev|alpha|beta|pre)([0-9]*))?$/;

/** @see https://openssl-library.org/policies/releasestrat/ */
export function parseOpensslVersion(text: string): OpensslVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const found = pattern.exec(text.trim());
  if (found === null) return undefined;
  const [, numbers = '', letters = '', stage = '', stageNumber] = found;
  return {
    numbers: numbers.split('.').map(numeral),
    letters,
    stage: stages.indexOf(stage),
    stageNumber: numeral(stageNumber || '0'),
  };
}

export function compareOpensslVersions(a: OpensslVersion, b: OpensslVersion): Ordering {
  return (
    compareNumbers(a.numbers, b.numbers) ||
    compareText(a.letters, b.letters) ||
    compareNumerals(a.stage, b.stage) ||
    compareNumerals(a.stageNumber, b.stageNumber)
  );
}

function compareNumbers(a: readonly Numeral[], b: readonly Numeral[]): Ordering {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareNumerals(a[at] ?? 0, b[at] ?? 0);
    if (ordering !== 0) return ordering;
  }
  return 0;
}

export function explainOpensslVersions(a: OpensslVersion, b: OpensslVersion): string {
  const sign = orderingSign(compareOpensslVersions(a, b));
  const say = (part: string, left: string, right: string) => `${part}: ${left || 'none'} ${sign} ${right || 'none'}`;
  if (sign === '=') return 'equal';
  if (compareNumbers(a.numbers, b.numbers) !== 0) return say('numbers', a.numbers.join('.'), b.numbers.join('.'));
  if (a.letters !== b.letters) return say('patch letters', a.letters, b.letters);
  return say('pre-release', stageText(a), stageText(b));
}

function stageText({ stage, stageNumber }: OpensslVersion): string {
  return stages[stage] === '' ? '' : `${stages[stage]}${stageNumber}`;
}
