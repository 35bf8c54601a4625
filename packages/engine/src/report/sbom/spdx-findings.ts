import type { Finding } from '../../matching/types.ts';
import { isScanResult } from '../../result/types.ts';
import { suppressionWords } from '../finding-text.ts';
import { fixWords } from '../finding-words.ts';
import { publicPage } from '../public-pages.ts';
import { allListed } from '../shown-findings.ts';
import type { Sbom } from './sbom.ts';
import { lineText } from './sbom-text.ts';
import type { SpdxSecurityRef } from './spdx-document.ts';
import { refsByPurl } from './vulnerabilities.ts';

/** Findings in the terms of SPDX. */
export interface SpdxFindings {
  /** @param ref of a package */
  ofPackage(ref: string): readonly SpdxSecurityRef[];
  /** those that are about no package of the list, in words */
  readonly others: readonly string[];
}

/** Vulnerabilities and malware are references of their packages; what is about no package is said of the document. */
export function spdxFindings(sbom: Sbom): SpdxFindings {
  const { result } = sbom;
  if (!isScanResult(result)) return { ofPackage: () => [], others: [] };
  const refs = refsByPurl(sbom);
  const own = new Map<string, Finding[]>();
  const others: string[] = [];
  for (const finding of allListed(result)) {
    const about = finding.kind === 'vulnerability' || finding.kind === 'malware' ? refs(finding) : [];
    if (about.length === 0) others.push(inWords(finding));
    for (const ref of about) {
      const list = own.get(ref);
      if (list === undefined) own.set(ref, [finding]);
      else list.push(finding);
    }
  }
  return { ofPackage: (ref) => (own.get(ref) ?? []).flatMap(references), others };
}

function references(finding: Finding): readonly SpdxSecurityRef[] {
  const { id, advisories, fix } = finding;
  const page = publicPage(id);
  const comment = inWords(finding);
  const advisory: SpdxSecurityRef =
    page === null
      ? { referenceType: 'url', referenceLocator: `urn:plimsoll:${encodeURIComponent(lineText(id))}`, comment }
      : { referenceType: 'advisory', referenceLocator: page.url, comment };
  const fixes = fix?.state === 'fixed' ? advisories.flatMap((bulletin) => publicPage(bulletin) ?? []) : [];
  return [
    advisory,
    ...fixes.map(
      (bulletin): SpdxSecurityRef => ({
        referenceType: 'fix',
        referenceLocator: bulletin.url,
        comment: `${bulletin.id} fixes ${lineText(id)}`,
      }),
    ),
  ];
}

function inWords(finding: Finding): string {
  const { id, severity, kind, title, suppressed, evidence } = finding;
  const fix = fixWords(finding);
  const place = evidence.path ?? evidence.env ?? evidence.config;
  const fixed = finding.fix?.state === 'fixed' ? `fixed in ${fix}` : fix;
  return lineText(
    [
      `${severity} ${kind} ${id}`,
      ...(title === null ? [] : [title]),
      ...(finding.package === null && place !== undefined ? [place] : []),
      ...(fixed === '' ? [] : [fixed]),
      ...suppressed.map((each) => suppressionWords(each)),
    ].join('; '),
  );
}
