/*
 * What stands behind a CVSS base score: its two parts, and what others rated.
 */

interface SubScores {
  readonly exploitability: number;
  readonly impact: number;
}

const weights2: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  CIA: { N: 0, P: 0.275, C: 0.66 },
};

const weights3: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  /** where the scope changes */
  PRC: { N: 0.85, L: 0.68, H: 0.5 },
  UI: { N: 0.85, R: 0.62 },
  CIA: { N: 0, L: 0.22, H: 0.56 },
};

/**
 * The exploitability and impact sub-scores, with one decimal as the NVD shows them; NaN for a vector that lacks a metric, and
 * for CVSS 4, which has none.
 *
 * @see https://www.first.org/cvss/v2/guide#3-2-1-Base-Equation
 * @see https://www.first.org/cvss/v3-1/specification-document (7.1)
 */
export function cvssSubScores(vector: string): SubScores {
  const metrics = new Map(vector.split('/').map((metric) => metric.split(':', 2) as [string, string]));
  if (vector.startsWith('CVSS:3.')) return subScores3(metrics);
  return vector.startsWith('AV:') ? subScores2(metrics) : { exploitability: Number.NaN, impact: Number.NaN };
}

function subScores2(metrics: ReadonlyMap<string, string>): SubScores {
  const weight = (table: string, metric = table) => weights2[table]?.[metrics.get(metric) ?? ''] ?? Number.NaN;
  const spared = ['C', 'I', 'A'].reduce((product, metric) => product * (1 - weight('CIA', metric)), 1);
  return {
    exploitability: tenths(20 * weight('AV') * weight('AC') * weight('Au')),
    impact: tenths(10.41 * (1 - spared)),
  };
}

function subScores3(metrics: ReadonlyMap<string, string>): SubScores {
  const weight = (table: string, metric = table) => weights3[table]?.[metrics.get(metric) ?? ''] ?? Number.NaN;
  const changed = metrics.get('S') === 'C';
  const spared = ['C', 'I', 'A'].reduce((product, metric) => product * (1 - weight('CIA', metric)), 1);
  const impact = changed ? 7.52 * (1 - spared - 0.029) - 3.25 * (1 - spared - 0.02) ** 15 : 6.42 * (1 - spared);
  const rights = changed ? weight('PRC', 'PR') : weight('PR');
  return {
    exploitability: tenths(8.22 * weight('AV') * weight('AC') * rights * weight('UI')),
    impact: tenths(Math.max(impact, 0)),
  };
}

function tenths(score: number): number {
  return Math.round(score * 10) / 10;
}

interface Rated {
  readonly version: string;
  readonly score: number | null;
}

/** NaN where nobody rated by that version. @param first counts with the others */
export function highestScores(first: Rated | null, others: readonly Rated[]) {
  const found = { v2: Number.NaN, v3: Number.NaN, v4: Number.NaN, highest: Number.NaN };
  const count = ({ version, score }: Rated) => {
    if (score === null) return;
    if (!(found.highest >= score)) found.highest = score;
    if (version.startsWith('3') && !(found.v3 >= score)) found.v3 = score;
    else if (version.startsWith('2') && !(found.v2 >= score)) found.v2 = score;
    else if (version.startsWith('4') && !(found.v4 >= score)) found.v4 = score;
  };
  if (first !== null) count(first);
  for (const other of others) count(other);
  return found;
}
