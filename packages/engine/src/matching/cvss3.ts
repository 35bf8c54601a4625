import { type Metrics, parseMetrics, type Vocabulary } from './cvss-vector.ts';

/** Weights of CVSS v3, section 7.4; `PR` for scope unchanged, `X` (not defined) is neutral. @see https://www.first.org/cvss/v3.1/specification-document */
const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
  E: { X: 1, H: 1, F: 0.97, P: 0.94, U: 0.91 },
  RL: { X: 1, U: 1, W: 0.97, T: 0.96, O: 0.95 },
  RC: { X: 1, C: 1, R: 0.96, U: 0.92 },
  CR: { X: 1, H: 1.5, M: 1, L: 0.5 },
  IR: { X: 1, H: 1.5, M: 1, L: 0.5 },
  AR: { X: 1, H: 1.5, M: 1, L: 0.5 },
};

/** Privileges weigh more when the scope changes. */
const privilegesScopeChanged: Readonly<Record<string, number>> = { N: 0.85, L: 0.68, H: 0.5 };

const base = ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'];
const vocabulary: Vocabulary = {
  metrics: {
    ...Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, Object.keys(values)])),
    S: ['U', 'C'],
    ...Object.fromEntries(
      base.map((name) => [`M${name}`, ['X', ...(name === 'S' ? ['U', 'C'] : Object.keys(weights[name] ?? {}))]]),
    ),
  },
  required: base,
  ordered: false,
};

/** Scores of one vector. Groups without metrics count as not defined, so temporal and environmental always exist. */
export interface Cvss3Scores {
  readonly base: number;
  readonly temporal: number;
  readonly environmental: number;
}

/** Scores a CVSS v3 vector without its `CVSS:3.x/` prefix; undefined when it is invalid. */
export function scoreCvss3(version: '3.0' | '3.1', vector: string): Cvss3Scores | undefined {
  const metrics = parseMetrics(vector, vocabulary);
  if (!metrics) return undefined;
  const temporalFactor =
    weightOf('E', metrics.get('E')) * weightOf('RL', metrics.get('RL')) * weightOf('RC', metrics.get('RC'));
  const baseScore = scoreBase(metrics);
  return {
    base: baseScore,
    temporal: roundUp(baseScore * temporalFactor),
    environmental: roundUp(scoreModified(version, metrics) * temporalFactor),
  };
}

function scoreBase(metrics: Metrics): number {
  const given = (name: string): string | undefined => metrics.get(name);
  const missing = (1 - weightOf('C', given('C'))) * (1 - weightOf('I', given('I'))) * (1 - weightOf('A', given('A')));
  const changed = given('S') === 'C';
  const iss = 1 - missing;
  const impact = changed ? 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02) ** 15 : 6.42 * iss;
  return combine(impact, exploitability(given, changed), changed);
}

/** Section 7.3: each metric as modified, where it is; requirements weigh the impact. */
function scoreModified(version: '3.0' | '3.1', metrics: Metrics): number {
  const given = (name: string): string | undefined => {
    const modified = metrics.get(`M${name}`);
    return modified === undefined || modified === 'X' ? metrics.get(name) : modified;
  };
  const part = (name: string): number =>
    1 - weightOf(name, given(name)) * weightOf(`${name}R`, metrics.get(`${name}R`));
  const changed = given('S') === 'C';
  const miss = Math.min(1 - part('C') * part('I') * part('A'), 0.915);
  // v3.1 corrected the exponent's base so that a modified vector cannot fall below the unmodified one.
  const correction = version === '3.1' ? (miss * 0.9731 - 0.02) ** 13 : (miss - 0.02) ** 15;
  const impact = changed ? 7.52 * (miss - 0.029) - 3.25 * correction : 6.42 * miss;
  return combine(impact, exploitability(given, changed), changed);
}

function exploitability(given: (name: string) => string | undefined, changed: boolean): number {
  const privileges = given('PR') ?? '';
  const pr = changed ? (privilegesScopeChanged[privileges] ?? 0) : weightOf('PR', privileges);
  return 8.22 * weightOf('AV', given('AV')) * weightOf('AC', given('AC')) * pr * weightOf('UI', given('UI'));
}

function combine(impact: number, exploitable: number, changed: boolean): number {
  if (impact <= 0) return 0;
  return roundUp(Math.min(changed ? 1.08 * (impact + exploitable) : impact + exploitable, 10));
}

function weightOf(name: string, value: string | undefined): number {
  return weights[name]?.[value ?? 'X'] ?? 0;
}

/** v3.1, appendix A: to one decimal, up, free of binary fractions. v3.0 means the same and left the fractions open. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
