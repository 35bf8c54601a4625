/**
 * What clair-scanner writes with `--report`, for what reads its clair-report.json. `unapproved` are ids that a denying rule
 * names; an id that is not among them was excused or is none that the policy minds.
 *
 * @see https://github.com/arminc/clair-scanner
 */
import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { findingTexts, line } from './finding-text.ts';
import { fixWords, subjectWords } from './finding-words.ts';
import { publicPage } from './public-pages.ts';
import { jsonPieces, Listed, type Section } from './sbom/json-pieces.ts';
import { kindWords, listedFindings, selectFindings } from './shown-findings.ts';
import type { ReportFormat } from './types.ts';

function* document(result: ScanResult): Generator<Section> {
  const findings = listedFindings(selectFindings(result.findings, { onlyFixed: false }));
  const texts = findingTexts(result);
  const denied = findings.filter((finding) => finding.suppressed.length === 0 && texts.denied(finding));
  yield ['image', line(result.image.names[0] ?? result.image.reference)];
  yield ['unapproved', [...new Set(denied.map(({ id }) => line(id)))]];
  yield ['vulnerabilities', new Listed(entries(result, findings))];
}

function* entries(result: ScanResult, findings: readonly Finding[]): Generator<unknown> {
  const { distro } = result.image;
  const release = distro === null ? '' : `${distro.id}:${distro.version ?? ''}`;
  const ofDistro = new Set(['deb', 'apk', 'rpm', 'alpm', 'opkg', 'ebuild']);
  for (const finding of findings) {
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
