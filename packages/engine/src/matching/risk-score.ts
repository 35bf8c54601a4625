import type { Severity } from '../advisories/types.ts';
import type { Risk, RiskParts } from './types.ts';

/** What a severity weighs where its source gives no CVSS score: the middle of its band. */
const weights: Readonly<Record<Severity, number>> = {
  Unknown: 5,
  Negligible: 0.5,
  Low: 2,
  Medium: 5.5,
  High: 8,
  Critical: 9.5,
};

/** How likely an attack is held to be, by what is known of it. */
const likelihoods = {
  ransomware: 1,
  kev: 0.9,
  active: 0.9,
  weaponised: 0.7,
  functional: 0.5,
  poc: 0.3,
} as const;

/** What stands for an EPSS score that is not known: less is known of such a vulnerability, which is not the same as no risk. */
const unknownLikelihood = 0.2;

/** Share of a score that severity alone makes. */
const severityShare = 0.4;

/**
 * The risk score of a vulnerability, 0 to 100, and what it is made of: `10 × severity × (0.4 + 0.6 × likelihood)`.
 *
 * Severity is the CVSS score of the source whose severity counts, else the middle of that severity's band. Likelihood is
 * the highest of: known exploited 0.9 (by ransomware 1), CISA's "active" 0.9, a published exploit 0.3 to 0.7 by its
 * maturity, the EPSS score (0.2 where there is none).
 */
export function riskScore(
  rated: { readonly severity: Severity; readonly source: string | null },
  risk: Omit<Risk, 'score'>,
): { readonly score: number; readonly parts: RiskParts } {
  const severity = severityPart(rated, risk.cvss);
  const likelihood = likelihoodPart(risk);
  const score = Math.round(10 * severity.value * (severityShare + (1 - severityShare) * likelihood.value));
  return { score, parts: { severity, likelihood, unknown: unknownSignals(risk) } };
}

/** A malicious package is no question of likelihood. */
export const malwareScore = 100;

function severityPart(
  { severity, source }: { readonly severity: Severity; readonly source: string | null },
  cvss: Risk['cvss'],
): RiskParts['severity'] {
  if (cvss !== null && cvss.source === source) return { value: cvss.score, from: `CVSS ${cvss.version} of ${source}` };
  return { value: weights[severity], from: source === null ? 'nobody rates it' : `${severity} of ${source}` };
}

function likelihoodPart({ kev, ransomware, maturity, epss }: Omit<Risk, 'score'>): RiskParts['likelihood'] {
  const parts: RiskParts['likelihood'][] = [];
  if (ransomware === true) parts.push({ value: likelihoods.ransomware, from: 'ransomware' });
  if (kev) parts.push({ value: likelihoods.kev, from: 'kev' });
  if (maturity !== null && maturity !== undefined && maturity !== 'none')
    parts.push({ value: likelihoods[maturity], from: `exploit: ${maturity}` });
  parts.push(
    epss === null ? { value: unknownLikelihood, from: 'epss not known' } : { value: epss.score, from: 'epss' },
  );
  // the first of the highest
  return parts.reduce((best, part) => (part.value > best.value ? part : best));
}

function unknownSignals({ kev, exploit, epss }: Omit<Risk, 'score'>): string[] {
  const unknown: string[] = [];
  if (epss === null) unknown.push('epss');
  if (exploit === null) unknown.push('exploit');
  if (kev === null) unknown.push('kev');
  return unknown;
}
