/** Findings in the terms of CycloneDX: one entry for what differs in nothing but the package that has it. */
import { createHash } from 'node:crypto';
import type { Severity } from '../../advisories/types.ts';
import type { Finding, Suppression } from '../../matching/types.ts';
import { isScanResult, type ScanResult } from '../../result/types.ts';
import { type FindingTexts, findingTexts, suppressionWords } from '../finding-text.ts';
import { publicPage, publicPages } from '../public-pages.ts';
import { allListed } from '../shown-findings.ts';
import { distroRef, imageRef, type Sbom } from './sbom.ts';
import { versionText } from './sbom-properties.ts';
import { lineText, propertyText } from './sbom-text.ts';

const severities = {
  Critical: 'critical',
  High: 'high',
  Medium: 'medium',
  Low: 'low',
  Negligible: 'info',
  Unknown: 'unknown',
} as const satisfies Record<Severity, string>;

const methods: Readonly<Record<string, string>> = {
  '2.0': 'CVSSv2',
  '3.0': 'CVSSv3',
  '3.1': 'CVSSv31',
  '4.0': 'CVSSv4',
};

/** Null of an inventory that nobody judged. */
export function vulnerabilities(sbom: Sbom): Generator<unknown> | null {
  return isScanResult(sbom.result) ? entries(sbom.result, sbom) : null;
}

function* entries(result: ScanResult, sbom: Sbom): Generator<unknown> {
  const texts = findingTexts(result);
  const refs = refsByPurl(sbom);
  const hasDistro = result.image.distro !== null;
  for (const members of entryMembers(allListed(result))) yield entry(members, refs, hasDistro, texts);
}

/** Most findings have an id of their own, and nothing to be compared with. In the order of their first members. */
function entryMembers(findings: readonly Finding[]): Iterable<readonly Finding[]> {
  const counts = new Map<string, number>();
  for (const { id } of findings) counts.set(id, (counts.get(id) ?? 0) + 1);
  return Map.groupBy(findings, (finding) => (counts.get(finding.id) === 1 ? finding : sameEntry(finding))).values();
}

function sameEntry({ kind, id, level, title, fix, risk, suppressed, evidence, package: pkg }: Finding): string {
  // Without a package there is nothing that tells two of them apart but what they are about.
  const about = pkg === null ? [evidence.path, evidence.line, evidence.env, evidence.config, evidence.value] : null;
  return JSON.stringify([kind, id, level, title, fix, risk, suppressed, evidence.ratings, about]);
}

type Refs = (finding: Finding) => readonly string[];

/** Of packages with one purl those are meant that were found where the finding says. */
export function refsByPurl({ result: { packages }, refs }: Sbom): Refs {
  const byPurl = new Map<string, number[]>();
  for (const [index, { purl }] of packages.entries()) {
    const list = byPurl.get(purl);
    if (list === undefined) byPurl.set(purl, [index]);
    else list.push(index);
  }
  return ({ package: pkg, evidence }) => {
    const all = pkg === null ? [] : (byPurl.get(pkg.purl) ?? []);
    const there = all.filter((index) => packages[index]!.locations.some(({ path }) => path === evidence.path));
    return (there.length > 0 ? there : all).map((index) => refs[index]!);
  };
}

function entry(members: readonly Finding[], refs: Refs, hasDistro: boolean, texts: FindingTexts): unknown {
  const lead = members[0]!;
  const { id, aliases, advisories, evidence, suppressed, published } = lead;
  const others = [...new Set([...aliases, ...advisories])];
  const remedy = texts.remedy(lead);
  return {
    'bom-ref': `Vulnerability-${shortHash(members.map(({ key }) => key).join('\n'))}`,
    id: lineText(id),
    source: { name: lineText(evidence.advisory?.source ?? 'plimsoll'), url: publicPage(id)?.url },
    references: others.length === 0 ? undefined : others.map((each) => reference(each)),
    ratings: ratings(lead),
    cwes: cwes(lead),
    description: lead.title === null ? undefined : lineText(lead.title),
    detail: lineText(texts.lines(lead).join('; ')),
    recommendation: remedy === null ? undefined : lineText(remedy),
    advisories: publicPages({ id, aliases, advisories }).map((page) => ({ title: page.id, url: page.url })),
    published: published === null ? undefined : `${published.slice(0, 10)}T00:00:00Z`,
    analysis: analysis(suppressed),
    affects: affects(members, refs, hasDistro),
    properties: properties(members),
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function reference(id: string): unknown {
  const page = publicPage(id);
  return { id: lineText(id), source: { name: page?.name ?? lineText(id.split('-', 1)[0] ?? ''), url: page?.url } };
}

/** The severity that counts comes first, with whose it is. */
function ratings({ severity, severitySource, evidence, risk }: Finding): unknown {
  const labels = [{ source: severitySource ?? 'plimsoll', severity }, ...(evidence.ratings?.labels ?? [])];
  const scores = [...(risk?.cvss ? [risk.cvss] : []), ...(evidence.ratings?.cvss ?? [])];
  const all = [
    ...labels.map((label) => ({
      source: { name: lineText(label.source) },
      severity: severities[label.severity],
      method: 'other',
    })),
    ...scores.map(({ source, score, version, vector }) => ({
      source: { name: lineText(source) },
      score: score ?? undefined,
      method: methods[version] ?? 'other',
      vector: lineText(vector),
    })),
  ];
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

function cwes({ evidence }: Finding): readonly number[] | undefined {
  const numbers = (evidence.cwes ?? []).flatMap((cwe) => {
    const number = Number(/^CWE-(\d{1,6})$/.exec(cwe)?.[1] ?? 0);
    return number > 0 ? [number] : [];
  });
  return numbers.length === 0 ? undefined : numbers;
}

/** Who excuses a finding does not say that it cannot be exploited; who says so by VEX does. */
function analysis(suppressed: readonly Suppression[]): unknown {
  if (suppressed.length === 0) return undefined;
  const detail = lineText(suppressed.map(suppressionWords).join('; '));
  const vex = suppressed.find(({ by }) => by === 'vex');
  if (vex !== undefined) return { state: /^fixed\b/i.test(vex.reason) ? 'resolved' : 'not_affected', detail };
  const excused = suppressed.some(({ by }) => by === 'exception');
  return excused ? { state: 'exploitable', response: ['will_not_fix'], detail } : { state: 'in_triage', detail };
}

function affects(members: readonly Finding[], refs: Refs, hasDistro: boolean): unknown {
  const affected = new Map<string, unknown>();
  for (const finding of members) {
    const { package: pkg, fix, kind } = finding;
    const found = refs(finding);
    const otherwise = kind === 'end-of-life' && hasDistro ? distroRef : imageRef;
    const fixed = fix?.state === 'fixed' ? fix.versions : [];
    const versions = [
      ...(pkg === null ? [] : [{ version: versionText(pkg.version), status: 'affected' }]),
      ...fixed.map((version) => ({ version: versionText(version), status: 'unaffected' })),
    ];
    for (const ref of found.length > 0 ? found : [otherwise]) {
      affected.set(ref, { ref, versions: versions.length === 0 ? undefined : versions });
    }
  }
  return [...affected.values()];
}

function properties(members: readonly Finding[]): unknown {
  const { kind, fix, risk, fingerprint } = members[0]!;
  const pairs: readonly (readonly [string, string | null | undefined])[] = [
    ['kind', kind],
    ['fix', fix?.state],
    ['fix:since', fix?.since],
    ['epss', risk?.epss ? String(risk.epss.score) : null],
    ['kev', risk?.kev ? (risk.kev.dateAdded ?? 'true') : null],
    ['exploit', risk?.exploit === true ? 'true' : null],
    ['ransomware', risk?.ransomware === true ? 'true' : null],
    ['fingerprint', fingerprint],
    ...members.map(({ key }) => ['key', key] as const),
  ];
  return pairs.flatMap(([name, value]) =>
    value ? [{ name: `plimsoll:finding:${name}`, value: propertyText(value) }] : [],
  );
}
