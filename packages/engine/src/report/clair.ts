/**
 * What clair-scanner writes with `--report`, for what reads its clair-report.json. `unapproved` are ids that a denying rule
 * names; an id that is not among them was excused or is none that the policy minds.
 *
 * @see https://github.com/arminc/clair-scanner
 */
import type { Severity } from '../advisories/types.ts';
import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { findingTexts, line } from './finding-text.ts';
import { fixWords, subjectWords } from './finding-words.ts';
import { publicPage } from './public-pages.ts';
import { jsonPieces, Listed, type Section } from './sbom/json-pieces.ts';
import { allListed, kindWords } from './shown-findings.ts';
import type { ReportFormat } from './types.ts';

/** A vulnerability as clair-scanner lists it. */
interface ClairEntry {
  readonly featurename: string;
  readonly featureversion: string;
  readonly vulnerability: string;
  readonly namespace: string;
  readonly description: string;
  readonly link: string;
  readonly severity: Severity;
  readonly fixedby: string;
}

function* document(result: ScanResult): Generator<Section> {
  yield ['image', line(result.image.names[0] ?? result.image.reference)];
  yield ['unapproved', unapprovedIds(result)];
  yield ['vulnerabilities', new Listed(clairEntries(result))];
}

function listed(result: ScanResult): readonly Finding[] {
  return allListed(result);
}

/** Ids that a denying rule names, each once, in the order of the list. */
export function unapprovedIds(result: ScanResult): readonly string[] {
  const texts = findingTexts(result);
  const denied = listed(result).filter((finding) => finding.suppressed.length === 0 && texts.denied(finding));
  return [...new Set(denied.map(({ id }) => line(id)))];
}

/** Every finding, worst first, what was suppressed last. */
export function* clairEntries(result: ScanResult): Generator<ClairEntry> {
  const { distro } = result.image;
  const release = distro === null ? '' : `${distro.id}:${distro.version ?? ''}`;
  const ofDistro = new Set(['deb', 'apk', 'rpm', 'alpm', 'opkg', 'ebuild']);
  for (const finding of listed(result)) {
    const { id, package: pkg, kind, severity } = finding;
    yield {
      featurename: line(pkg?.name ?? (subjectWords(finding) || kindWords[kind].one)),
      featureversion: line(pkg?.version ?? ''),
      vulnerability: line(id),
      namespace: line(pkg === null || ofDistro.has(pkg.type) ? release : pkg.type),
      description: line(finding.title ?? ''),
      link: publicPage(id)?.url ?? '',
      severity,
      fixedby: finding.fix?.state === 'fixed' ? line(fixWords(finding)) : '',
    };
  }
}

export const clair: ReportFormat = {
  name: 'clair',
  extension: 'clair.json',
  mediaType: 'application/json',
  render: (result) => jsonPieces(document(result)),
};
