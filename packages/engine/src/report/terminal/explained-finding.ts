/** Severity, risk and policy of one finding, in lines of a label and a text. */
import type { Finding } from '../../matching/types.ts';
import type { ExplainedMatch } from '../../result/explanation.ts';

interface Line {
  readonly label: string;
  readonly text: string;
}

/** Whose rating counts, and what the others say. */
export function severityLines({ severity, severitySource, evidence, kind }: Finding): Line[] {
  if (kind !== 'vulnerability' && kind !== 'malware') return [];
  const { labels = [], cvss = [] } = evidence.ratings ?? {};
  const counts = (source: string): string => (source === severitySource ? ', which counts' : '');
  const by = severitySource === null ? 'nobody rates it' : `as ${severitySource} rates it`;
  return [
    { label: 'severity', text: `${severity}, ${by}` },
    ...labels.map((rating) => ({ label: '', text: `${rating.source}: ${rating.severity}${counts(rating.source)}` })),
    ...cvss.map(({ source, version, vector, score }) => ({
      label: '',
      text: `${source}: CVSS ${version}${score === null ? '' : ` ${score}`} ${vector}${counts(source)}`,
    })),
  ];
}

export function riskLines({ risk, evidence }: Finding): Line[] {
  if (risk === null) return [];
  const lines: string[] = [];
  if (risk.kev) lines.push(`known to be exploited since ${risk.kev.dateAdded ?? 'an unknown day'} (CISA KEV)`);
  else if (risk.kev === false) lines.push('not in the list of known exploited vulnerabilities (CISA KEV)');
  if (risk.ransomware === true) lines.push('used by ransomware');
  if (risk.exploit === true) lines.push('a public exploit is known');
  if (risk.epss) lines.push(`EPSS ${risk.epss.score}, percentile ${risk.epss.percentile}`);
  const parts = evidence.risk;
  if (risk.score !== null && parts === undefined) lines.push(`score ${risk.score}`);
  if (risk.score !== null && parts !== undefined)
    lines.push(
      `score ${risk.score}: severity ${parts.severity.value} (${parts.severity.from}), likelihood ${parts.likelihood.value} (${parts.likelihood.from})`,
    );
  return lines.map((text, at) => ({ label: at === 0 ? 'risk' : '', text }));
}

/** What broke the gate for it, what excuses it, and what does not. */
export function suppressionLines({ finding, rules, exceptions }: ExplainedMatch): Line[] {
  const lines: Line[] = rules.map(({ id, policy, action }) => ({
    label: action === 'deny' ? 'stopped by' : 'warned by',
    text: `rule ${id} of ${policy}`,
  }));
  const suppressed = finding?.suppressed ?? [];
  for (const { by, reason, owner, until, source } of suppressed) {
    const who = owner ? `, ${owner}` : '';
    lines.push({
      label: 'excused by',
      text: `${by} ${source ?? ''}${who}${until ? `, until ${until}` : ''}: ${reason}`.replace(/ +/g, ' '),
    });
  }
  for (const { source, state, expires } of exceptions.filter(({ state }) => state === 'expired' || state === 'unused'))
    lines.push({
      label: 'not excused',
      text:
        state === 'expired'
          ? `exception ${source} ended ${expires}`
          : `exception ${source} does not fit this package or path`,
    });
  if (suppressed.length === 0 && !lines.some(({ label }) => label === 'not excused'))
    lines.push({ label: 'excused by', text: 'nothing: no exception names it' });
  return lines;
}
