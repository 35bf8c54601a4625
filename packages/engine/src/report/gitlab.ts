/**
 * The findings as GitLab's container scanning report. GitLab takes everything in it as open, so what was suppressed is
 * only counted there, but for what a VEX statement says is not affected: GitLab has a flag for that.
 *
 * @see https://gitlab.com/gitlab-org/security-products/security-report-schemas
 */
import type { Severity } from '../advisories/types.ts';
import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { type FindingTexts, findingTexts, line, suppressionWords } from './finding-text.ts';
import { riskMarks, subjectWords } from './finding-words.ts';
import { layerPlaces, placeWords } from './layer-words.ts';
import { unseenLines } from './not-seen.ts';
import { uuidOf } from './occurrences.ts';
import { type PublicPage, publicPage, publicPages } from './public-pages.ts';
import { jsonPieces, Listed, type Section } from './sbom/json-pieces.ts';
import { filterWords, kindWords, listedFindings, selectFindings } from './shown-findings.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

const schemaVersion = '15.0.7';
const schemaUrl = `https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v${schemaVersion}/dist/container-scanning-report-format.json`;

/** GitLab knows no Negligible. */
const severities = {
  Critical: 'Critical',
  High: 'High',
  Medium: 'Medium',
  Low: 'Low',
  Negligible: 'Info',
  Unknown: 'Unknown',
} as const satisfies Record<Severity, string>;

/** Characters that the schema, or GitLab's database, allows. */
const maxName = 255;
const maxVectors = 10;

function* document(result: ScanResult, { show }: ReportOptions): Generator<Section> {
  const selected = selectFindings(result.findings, show);
  const { product, evaluatedAt } = result.inputs;
  const tool = { id: 'plimsoll', name: 'Plimsoll', vendor: { name: 'Plimsoll' }, version: product.version };
  const listed = listedFindings(selected).filter(isOpenOrFlagged);
  const unlisted = result.findings.filter((finding) => !isOpenOrFlagged(finding)).length;
  yield ['version', schemaVersion];
  yield ['schema', schemaUrl];
  yield [
    'scan',
    {
      type: 'container_scanning',
      status: 'success',
      start_time: `${evaluatedAt}T00:00:00`,
      end_time: `${evaluatedAt}T00:00:00`,
      analyzer: tool,
      scanner: tool,
      messages: messages(result, filterWords(selected), unlisted),
    },
  ];
  yield ['vulnerabilities', new Listed(entries(result, listed))];
  // One would have to be a diff that applies to a Dockerfile, which an image does not hold; `solution` says what to do.
  yield ['remediations', []];
}

function isOpenOrFlagged({ suppressed }: Finding): boolean {
  return suppressed.length === 0 || suppressed.some(({ by }) => by === 'vex');
}

function messages(result: ScanResult, filter: string | null, suppressed: number): unknown {
  const excused = suppressed === 1 ? '1 finding is' : `${suppressed} findings are`;
  return [
    { level: 'info', value: `verdict: ${result.verdict.result}` },
    ...(filter === null ? [] : [{ level: 'info', value: filter }]),
    ...(suppressed === 0
      ? []
      : [{ level: 'info', value: `${excused} excused (exception or baseline) and not listed` }]),
    ...unseenLines(result).map(({ words }) => ({ level: 'warn', value: words })),
  ];
}

function* entries(result: ScanResult, findings: readonly Finding[]): Generator<unknown> {
  const texts = findingTexts(result);
  const places = layerPlaces(result.image);
  const image = line(result.image.names[0] ?? result.image.reference);
  const { distro } = result.image;
  const system = line(distro === null ? '' : `${distro.id} ${distro.version ?? ''}`).trim() || 'unknown';
  for (const finding of findings) {
    yield entry(finding, texts, placeWords(places(finding.evidence.layer)), { image, operating_system: system });
  }
}

function entry(finding: Finding, texts: FindingTexts, place: string | null, where: object): unknown {
  const vex = finding.suppressed.filter(({ by }) => by === 'vex');
  const vectors = cvssVectors(finding);
  return {
    id: uuidOf(finding.key),
    name: line(finding.title ?? finding.id)
      .slice(0, maxName)
      .toWellFormed(),
    description: texts.lines(finding).join('\n'),
    severity: severities[finding.severity],
    solution: texts.remedy(finding) ?? undefined,
    identifiers: identifiers(finding),
    cvss_vectors: vectors.length === 0 ? undefined : vectors,
    links: publicPages(finding).map(({ id, url }) => ({ name: id, url })),
    details: details(finding, place),
    flags:
      vex.length === 0
        ? undefined
        : vex.map((by) => ({
            type: 'flagged-as-likely-false-positive',
            origin: line(by.source ?? 'VEX') || 'VEX',
            description: line(suppressionWords(by)),
          })),
    location: { dependency: dependency(finding), ...where },
  };
}

function dependency(finding: Finding): unknown {
  const { package: pkg, kind } = finding;
  const name = pkg?.name ?? (subjectWords(finding) || kindWords[kind].one);
  return { package: { name: line(name) }, version: line(pkg?.version ?? '') };
}

/** The first is what GitLab tells findings apart by, together with the image and the package. */
function identifiers({ id, kind, aliases, advisories }: Finding): unknown {
  return [...new Set([id, ...aliases, ...advisories])].map((each) => identifier(each, kind, publicPage(each)));
}

function identifier(id: string, kind: Finding['kind'], page: PublicPage | null): unknown {
  const known = /^(CVE|GHSA|USN|DSA|RHSA|ELSA)-/.exec(id)?.[1]?.toLowerCase();
  const name = line(id) || 'unnamed';
  return { type: known ?? `plimsoll_${kind.replaceAll('-', '_')}`, name, value: name, url: page?.url };
}

/** What the schema can hold: version 2 without its prefix, and 3. */
function cvssVectors({ evidence, risk }: Finding): readonly unknown[] {
  const all = [...(risk?.cvss ? [risk.cvss] : []), ...(evidence.ratings?.cvss ?? [])];
  const known = new Map<string, unknown>();
  for (const { source, vector } of all) {
    if (!isVector(vector)) continue;
    const vendor = line(source) || 'unknown';
    known.set(JSON.stringify([vendor, vector]), { vendor, vector });
  }
  return [...known.values()].slice(0, maxVectors);
}

const v2 =
  /^((AV:[NAL]|AC:[LMH]|Au:[MSN]|[CIA]:[NPC]|E:(U|POC|F|H|ND)|RL:(OF|TF|W|U|ND)|RC:(UC|UR|C|ND)|CDP:(N|L|LM|MH|H|ND)|TD:(N|L|M|H|ND)|[CIA]R:(L|M|H|ND))(\/|$)){6,}$/;
const v3 =
  /^CVSS:3[.][01](\/(AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH])){8,}$/;

function isVector(vector: string): boolean {
  return vector.length <= 128 && !vector.endsWith('/') && (v2.test(vector) || v3.test(vector));
}

function details(finding: Finding, place: string | null): unknown {
  const { evidence, risk } = finding;
  const marks = riskMarks(finding);
  const facts: readonly (readonly [key: string, name: string, value: string | null | undefined])[] = [
    ['comparison', 'Comparison', evidence.comparison],
    ['layer', 'Layer', place],
    ['path', 'Proved by', evidence.path],
    ['owner', 'Shipped by', evidence.ownedBy],
    ['risk', 'Risk', marks.length === 0 ? null : marks.join(', ')],
    ['epss', 'EPSS', risk?.epss ? `${risk.epss.score} (percentile ${risk.epss.percentile})` : null],
    ['severity_by', 'Severity by', finding.severitySource],
    ['fix_since', 'Fix known since', finding.fix?.since],
  ];
  return Object.fromEntries(
    facts.flatMap(([key, name, value]) => (value ? [[key, { type: 'text', name, value: line(value) }]] : [])),
  );
}

export const gitlab: ReportFormat = {
  name: 'gitlab',
  extension: 'gitlab-container-scanning.json',
  mediaType: 'application/json',
  render: (result, options) => jsonPieces(document(result, options)),
};
