import { type Metrics, parseMetrics, type Vocabulary } from './cvss-vector.ts';

/** Weights of CVSS v2.0, section 3.2. `ND` (not defined) is neutral. @see https://www.first.org/cvss/v2/guide */
const weights = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  IR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  AR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

type Metric = keyof typeof weights;

const vocabulary: Vocabulary = {
  metrics: Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, Object.keys(values)])),
  required: ['AV', 'AC', 'Au', 'C', 'I', 'A'],
  ordered: false,
};

/** Scores of one vector; temporal and environmental are null when no metric of that group is defined. */
export interface Cvss2Scores {
  readonly base: number;
  readonly temporal: number | null;
  readonly environmental: number | null;
}

/** Scores a CVSS v2.0 vector (`AV:N/AC:L/Au:N/C:P/I:P/A:P`); undefined when it is invalid. */
export function scoreCvss2(vector: string): Cvss2Scores | undefined {
  const metrics = parseMetrics(vector, vocabulary);
  if (!metrics) return undefined;
  const weigh = (name: Metric): number => weightOf(metrics, name);
  const base = baseScore(metrics, impact(weigh('C'), weigh('I'), weigh('A')));
  const temporal = weigh('E') * weigh('RL') * weigh('RC');
  const adjusted = Math.min(10, impact(weigh('C') * weigh('CR'), weigh('I') * weigh('IR'), weigh('A') * weigh('AR')));
  const adjustedTemporal = round(baseScore(metrics, adjusted) * temporal);
  return {
    base,
    temporal: anyDefined(metrics, ['E', 'RL', 'RC']) ? round(base * temporal) : null,
    environmental: anyDefined(metrics, ['CDP', 'TD', 'CR', 'IR', 'AR'])
      ? round((adjustedTemporal + (10 - adjustedTemporal) * weigh('CDP')) * weigh('TD'))
      : null,
  };
}

function impact(c: number, i: number, a: number): number {
  return 10.41 * (1 - (1 - c) * (1 - i) * (1 - a));
}

function baseScore(metrics: Metrics, impactScore: number): number {
  const exploitability = 20 * weightOf(metrics, 'AV') * weightOf(metrics, 'AC') * weightOf(metrics, 'Au');
  const factor = impactScore === 0 ? 0 : 1.176;
  return round((0.6 * impactScore + 0.4 * exploitability - 1.5) * factor);
}

/** A metric that is not given is `ND`. */
function weightOf(metrics: Metrics, name: Metric): number {
  const values: Readonly<Record<string, number>> = weights[name];
  return values[metrics.get(name) ?? 'ND'] ?? 0;
}

function anyDefined(metrics: Metrics, names: readonly Metric[]): boolean {
  return names.some((name) => (metrics.get(name) ?? 'ND') !== 'ND');
}

/** To one decimal, half up; the sums stand in five decimals first, so that binary fractions decide no tie. */
function round(score: number): number {
  return Math.max(0, Math.round(Math.round(score * 100_000) / 10_000) / 10);
}
