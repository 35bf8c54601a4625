import { type Metrics, parseMetrics, type Vocabulary } from './cvss-vector.ts';
import { type JointLevel, type MacroVector, macroVectorScore } from './cvss4-macro-vectors.ts';

/** Values of the metrics that make the score, most severe first: the index is the severity level. */
const levels: Readonly<Record<string, string>> = {
  AV: 'NALP',
  AC: 'LH',
  AT: 'NP',
  PR: 'NLH',
  UI: 'NPA',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'SHLN',
  SI: 'SHLN',
  SA: 'SHLN',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
  E: 'APU',
};

const vocabulary: Vocabulary = {
  metrics: {
    AV: ['N', 'A', 'L', 'P'],
    AC: ['L', 'H'],
    AT: ['N', 'P'],
    PR: ['N', 'L', 'H'],
    UI: ['N', 'P', 'A'],
    VC: ['H', 'L', 'N'],
    VI: ['H', 'L', 'N'],
    VA: ['H', 'L', 'N'],
    SC: ['H', 'L', 'N'],
    SI: ['H', 'L', 'N'],
    SA: ['H', 'L', 'N'],
    E: ['X', 'A', 'P', 'U'],
    CR: ['X', 'H', 'M', 'L'],
    IR: ['X', 'H', 'M', 'L'],
    AR: ['X', 'H', 'M', 'L'],
    MAV: ['X', 'N', 'A', 'L', 'P'],
    MAC: ['X', 'L', 'H'],
    MAT: ['X', 'N', 'P'],
    MPR: ['X', 'N', 'L', 'H'],
    MUI: ['X', 'N', 'P', 'A'],
    MVC: ['X', 'H', 'L', 'N'],
    MVI: ['X', 'H', 'L', 'N'],
    MVA: ['X', 'H', 'L', 'N'],
    MSC: ['X', 'H', 'L', 'N'],
    MSI: ['X', 'S', 'H', 'L', 'N'],
    MSA: ['X', 'S', 'H', 'L', 'N'],
    S: ['X', 'N', 'P'],
    AU: ['X', 'N', 'Y'],
    R: ['X', 'A', 'U', 'I'],
    V: ['X', 'D', 'C'],
    RE: ['X', 'L', 'M', 'H'],
    U: ['X', 'Clear', 'Green', 'Amber', 'Red'],
  },
  required: ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'],
  ordered: true,
};

/**
 * Highest severity vectors of each level of each equivalence class (section 8.2): values in the order
 * of `metrics`. `depth` is the greatest distance, in steps, of a vector of that level from the nearest of them.
 */
interface EquivalenceClass {
  readonly metrics: readonly string[];
  readonly levels: readonly { readonly highest: readonly string[]; readonly depth: number }[];
}

const eq1: EquivalenceClass = {
  metrics: ['AV', 'PR', 'UI'],
  levels: [
    { highest: ['NNN'], depth: 1 },
    { highest: ['ANN', 'NLN', 'NNP'], depth: 4 },
    { highest: ['PNN', 'ALP'], depth: 5 },
  ],
};
const eq2: EquivalenceClass = {
  metrics: ['AC', 'AT'],
  levels: [
    { highest: ['LN'], depth: 1 },
    { highest: ['HN', 'LP'], depth: 2 },
  ],
};
const eq36: EquivalenceClass = {
  metrics: ['VC', 'VI', 'VA', 'CR', 'IR', 'AR'],
  levels: [
    { highest: ['HHHHHH'], depth: 7 },
    { highest: ['HHLMMH', 'HHHMMM'], depth: 6 },
    { highest: ['LHHHHH', 'HLHHHH'], depth: 8 },
    { highest: ['LHLHMH', 'LHHHMM', 'HLHMHM', 'HLLMHH', 'LLHHHM'], depth: 8 },
    { highest: ['LLLHHH'], depth: 10 },
  ],
};
const eq4: EquivalenceClass = {
  metrics: ['SC', 'SI', 'SA'],
  levels: [
    { highest: ['HSS'], depth: 6 },
    { highest: ['HHH'], depth: 5 },
    { highest: ['LLL'], depth: 4 },
  ],
};

/** Both scores of one vector: of its base metrics alone (CVSS-B), and of everything that it states (CVSS-B, BT, BE or BTE). */
export interface Cvss4Scores {
  readonly base: number;
  readonly score: number;
}

/**
 * Scores a CVSS v4.0 vector without its `CVSS:4.0/` prefix; undefined when it is invalid.
 * @see https://www.first.org/cvss/v4.0/specification-document
 */
export function scoreCvss4(vector: string): Cvss4Scores | undefined {
  const metrics = parseMetrics(vector, vocabulary);
  if (!metrics) return undefined;
  const base = new Map(vocabulary.required.map((name) => [name, metrics.get(name) ?? '']));
  return { base: scoreMetrics(base), score: scoreMetrics(metrics) };
}

/** Section 8.2: the score of the MacroVector less the mean of the proportional distances to its next lower neighbours. */
function scoreMetrics(metrics: Metrics): number {
  const value = (name: string): string => effective(metrics, name);
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => value(name) === 'N')) return 0;
  const macro = macroVector(value);
  const top = macroVectorScore(macro) ?? 0;
  let sum = 0;
  let neighbours = 0;
  for (const { next, distance, depth } of neighboursOf(macro, value)) {
    if (next === undefined) continue;
    neighbours += 1;
    sum += ((top - next) * distance) / depth;
  }
  const tenths = neighbours === 0 ? top : top - sum / neighbours;
  // Ties are fractions with a small denominator; the addend lifts those that binary arithmetic left just below.
  return Math.round(Math.min(100, Math.max(0, tenths)) + 1e-5) / 10;
}

/** As modified where it is modified; what is not defined counts as the worst case. */
function effective(metrics: Metrics, name: string): string {
  const modified = metrics.get(`M${name}`) ?? 'X';
  const value = modified === 'X' ? (metrics.get(name) ?? 'X') : modified;
  return value === 'X' ? (levels[name]?.charAt(0) ?? '') : value;
}

type Value = (name: string) => string;

function macroVector(value: Value): MacroVector {
  const easy = ['AV', 'PR', 'UI'].filter((name) => value(name) === 'N').length;
  const high = (name: string): boolean => value(name) === 'H';
  const required = ['C', 'I', 'A'].some((name) => high(`V${name}`) && high(`${name}R`));
  const confidentialAndIntact = high('VC') && high('VI');
  const vulnerable = confidentialAndIntact || high('VC') || high('VI') || high('VA');
  const safety = value('SI') === 'S' || value('SA') === 'S';
  return {
    eq1: easy === 3 ? 0 : easy > 0 && value('AV') !== 'P' ? 1 : 2,
    eq2: value('AC') === 'L' && value('AT') === 'N' ? 0 : 1,
    eq36: jointLevel(confidentialAndIntact, vulnerable, required),
    eq4: safety ? 0 : high('SC') || high('SI') || high('SA') ? 1 : 2,
    eq5: 'APU'.indexOf(value('E')),
  };
}

function jointLevel(both: boolean, any: boolean, required: boolean): JointLevel {
  if (both) return required ? 0 : 1;
  if (any) return required ? 2 : 3;
  return 4;
}

interface Neighbour {
  /** score of the next lower MacroVector, in tenths; undefined: there is none */
  readonly next: number | undefined;
  /** steps from the highest severity vector of this level */
  readonly distance: number;
  readonly depth: number;
}

function neighboursOf(macro: MacroVector, value: Value): readonly Neighbour[] {
  return [
    { next: macroVectorScore({ ...macro, eq1: macro.eq1 + 1 }), ...place(eq1, macro.eq1, value) },
    { next: macroVectorScore({ ...macro, eq2: macro.eq2 + 1 }), ...place(eq2, macro.eq2, value) },
    { next: nextJointScore(macro), ...place(eq36, macro.eq36, value) },
    { next: macroVectorScore({ ...macro, eq4: macro.eq4 + 1 }), ...place(eq4, macro.eq4, value) },
    // EQ5 has a single metric, so each of its levels is its own highest.
    { next: macroVectorScore({ ...macro, eq5: macro.eq5 + 1 }), distance: 0, depth: 1 },
  ];
}

/** EQ3 and EQ6 move together: from 00 to the higher of 01 and 10, else along 01 → 11, 10 → 11, 11 → 21. */
function nextJointScore(macro: MacroVector): number | undefined {
  const at = (level: JointLevel): number | undefined => macroVectorScore({ ...macro, eq36: level });
  switch (macro.eq36) {
    case 0:
      return Math.max(at(1) ?? 0, at(2) ?? 0);
    case 1:
    case 2:
      return at(3);
    case 3:
      return at(4);
    default:
      return undefined;
  }
}

/** Distance from the first highest severity vector of the level that is nowhere less severe than the values. */
function place(of: EquivalenceClass, level: number, value: Value): { distance: number; depth: number } {
  const { highest, depth } = of.levels[level] ?? { highest: [], depth: 1 };
  for (const vector of highest) {
    const steps = of.metrics.map((name, index) => step(name, value(name)) - step(name, vector.charAt(index)));
    if (steps.every((count) => count >= 0)) return { distance: steps.reduce((sum, count) => sum + count, 0), depth };
  }
  return { distance: 0, depth };
}

function step(name: string, value: string): number {
  return levels[name]?.indexOf(value) ?? 0;
}
