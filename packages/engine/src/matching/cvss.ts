import type { Severity } from '../advisories/types.ts';
import { scoreCvss2 } from './cvss2.ts';
import { scoreCvss3 } from './cvss3.ts';
import { scoreCvss4 } from './cvss4.ts';

type CvssVersion = '2.0' | '3.0' | '3.1' | '4.0';

/** Scores of one vector, 0.0 to 10.0. */
export interface CvssScores {
  readonly version: CvssVersion;
  /** of the base metrics alone */
  readonly base: number;
  /** v2: null without temporal metrics; v3: always; v4.0 has none */
  readonly temporal: number | null;
  /** v2: null without environmental metrics; v3: always; v4.0 has none */
  readonly environmental: number | null;
  /** the score by which the vector is rated: the base score of v2 and v3, in v4.0 that of all metrics it states */
  readonly score: number;
}

const prefix3 = /^CVSS:(3\.[01])\//;
const prefix4 = 'CVSS:4.0/';

/**
 * Scores a vector of any version; undefined when it is invalid or of a version that does not exist.
 *
 * @param vector as feeds write it: v3 and v4.0 with their `CVSS:3.1/` prefix, v2 without one
 * @see https://www.first.org/cvss/
 */
export function scoreCvss(vector: string): CvssScores | undefined {
  const version3 = prefix3.exec(vector)?.[1];
  if (version3 === '3.0' || version3 === '3.1') {
    const scores = scoreCvss3(version3, vector.slice('CVSS:3.1/'.length));
    return scores && { version: version3, ...scores, score: scores.base };
  }
  if (vector.startsWith(prefix4)) {
    const scores = scoreCvss4(vector.slice(prefix4.length));
    return scores && { version: '4.0', ...scores, temporal: null, environmental: null };
  }
  const scores = scoreCvss2(vector);
  return scores && { version: '2.0', ...scores, score: scores.base };
}

/**
 * Label of a score: the qualitative scale of v3 and v4.0 (section 6; None is Negligible), for v2 the one that NVD uses,
 * which has neither None nor Critical.
 *
 * @param version `2.0`, `3.0`, `3.1`, `4.0`
 * @see https://nvd.nist.gov/vuln-metrics/cvss
 */
export function severityOfScore(version: string, score: number): Severity {
  if (version.startsWith('2')) return score >= 7 ? 'High' : score >= 4 ? 'Medium' : 'Low';
  if (score >= 9) return 'Critical';
  if (score >= 7) return 'High';
  if (score >= 4) return 'Medium';
  return score > 0 ? 'Low' : 'Negligible';
}
