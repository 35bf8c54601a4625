/**
 * The findings as SARIF, for code scanning: a rule for each id, a result for each finding, those that were suppressed
 * with what suppressed them, and a notification for everything that was not seen.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import type { Severity } from '../advisories/types.ts';
import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { type FindingTexts, findingTexts, line, suppressionWords } from './finding-text.ts';
import { escapeInvisible, ordered } from './json-text.ts';
import { unseenLines } from './not-seen.ts';
import { occurrences, uuidOf } from './occurrences.ts';
import { publicPage } from './public-pages.ts';
import { jsonPieces, Listed, type Section, Written } from './sbom/json-pieces.ts';
import { filterWords, listedFindings, selectFindings } from './shown-findings.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

const levels = {
  Critical: 'error',
  High: 'error',
  Medium: 'warning',
  Low: 'note',
  Negligible: 'note',
  Unknown: 'note',
} as const satisfies Record<Severity, string>;

/** Lowest and highest score of each severity where code scanning names it, and the one that stands for it. */
const bands: Readonly<Partial<Record<Severity, readonly [from: number, to: number, score: number]>>> = {
  Critical: [9.1, 10, 9.5],
  High: [7, 9, 8],
  Medium: [4, 6.9, 5.5],
  Low: [0.1, 3.9, 2],
  Negligible: [0.1, 3.9, 0.1],
};

const rootBase = 'IMAGEROOT';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

function* render(result: ScanResult, { show }: ReportOptions): Generator<string> {
  yield `{\n"$schema": ${JSON.stringify(schema)},\n"version": "2.1.0",\n"runs": [\n`;
  yield* jsonPieces(run(result, show));
  yield ']\n}\n';
}

function* run(result: ScanResult, show: ReportOptions['show']): Generator<Section> {
  const { inputs, image, verdict } = result;
  const selected = selectFindings(result.findings, show);
  const findings = listedFindings(selected);
  const rules = Map.groupBy(findings, ({ id }) => id);
  const texts = findingTexts(result);
  const name = line(image.names[0] ?? image.reference);
  yield ['tool', new Written(tool(inputs.product.version, rules.values(), texts))];
  yield [
    'automationDetails',
    { id: category(name, image.platform), guid: uuidOf(JSON.stringify([name, ordered(inputs, null)])) },
  ];
  yield [
    'invocations',
    [
      {
        executionSuccessful: true,
        exitCode: verdict.exitCode,
        endTimeUtc: `${inputs.evaluatedAt}T00:00:00Z`,
        toolExecutionNotifications: notifications(result, filterWords(selected)),
      },
    ],
  ];
  yield [
    'originalUriBaseIds',
    { [rootBase]: { description: { text: text(`The root of the file system of ${name}`) } } },
  ];
  yield ['columnKind', 'utf16CodeUnits'];
  yield ['results', new Listed(results(findings, [...rules.keys()], name, occurrences(result.findings), texts))];
  yield [
    'properties',
    {
      image: name,
      imageId: image.id ?? undefined,
      imageDigest: image.digest ?? undefined,
      platform: image.platform ?? undefined,
      verdict: verdict.result,
      evaluatedAt: inputs.evaluatedAt,
    },
  ];
}

function* tool(version: string, rules: Iterable<readonly Finding[]>, texts: FindingTexts): Generator<string> {
  yield `{"driver":{"name":"Plimsoll","version":${JSON.stringify(version)},"rules":[`;
  let separator = '';
  for (const members of rules) {
    yield separator + escapeInvisible(JSON.stringify(rule(members, texts)));
    separator = ',';
  }
  yield ']}}';
}

function* results(
  findings: readonly Finding[],
  ids: readonly string[],
  image: string,
  names: ReadonlyMap<string, string>,
  texts: FindingTexts,
): Generator<unknown> {
  const indices = new Map(ids.map((id, index) => [id, index]));
  for (const each of findings) yield entry(each, indices.get(each.id)!, names.get(each.key)!, image, texts);
}

/** Code scanning keeps what it shows by this, so that one image does not close the alerts of another. */
function category(name: string, platform: string | null): string {
  const withoutTag = name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return `plimsoll/${withoutTag}${platform === null ? '' : `/${platform}`}/`;
}

const special = /[{}[\]\\]/;

/** Braces and brackets have a meaning in messages: placeholders and links. */
function text(plain: string): string {
  // Most have none of them.
  return special.test(plain) ? plain.replace(/[{}]/g, '$&$&').replace(/[[\]\\]/g, '\\$&') : plain;
}

function rule(findings: readonly Finding[], texts: FindingTexts): unknown {
  // The list is in falling order, but for what is suppressed.
  const worst = findings.reduce((a, b) => (b.level > a.level ? b : a));
  const { id, kind, title } = worst;
  const about = text(line(title === null ? id : `${id}: ${title}`));
  const remedy = texts.remedy(worst);
  return {
    id: line(id),
    shortDescription: { text: about },
    fullDescription: { text: about },
    helpUri: publicPage(id)?.url,
    help: { text: remedy === null ? about : `${about}\n${text(remedy)}` },
    defaultConfiguration: { level: levels[worst.severity] },
    properties: {
      tags: ['security', kind, worst.severity.toUpperCase()],
      precision: 'very-high',
      'security-severity': securitySeverity(worst),
    },
  };
}

/** Code scanning makes a severity of this number, so it must lie where ours is; what nobody rated has none. */
function securitySeverity({ severity, risk }: Finding): string | undefined {
  const band = bands[severity];
  if (band === undefined) return undefined;
  const [from, to, otherwise] = band;
  const score = risk?.cvss?.score ?? otherwise;
  return (score >= from && score <= to ? score : otherwise).toFixed(1);
}

function entry(finding: Finding, ruleIndex: number, name: string, image: string, texts: FindingTexts): unknown {
  const { evidence, package: pkg, suppressed } = finding;
  const path = evidence.path ?? null;
  return {
    ruleId: line(finding.id),
    ruleIndex,
    level: levels[finding.severity],
    message: { text: text([texts.headline(finding), ...texts.lines(finding)].join('\n')) },
    locations: [
      {
        physicalLocation: {
          artifactLocation:
            path === null ? { uri: relativeUri(image) } : { uri: relativeUri(path), uriBaseId: rootBase },
          region: { startLine: evidence.line ?? 1 },
        },
        logicalLocations: pkg === null ? undefined : [{ fullyQualifiedName: line(pkg.purl), kind: 'package' }],
      },
    ],
    partialFingerprints: { primaryLocationLineHash: name },
    suppressions:
      suppressed.length === 0
        ? undefined
        : suppressed.map((by) => ({
            kind: 'external',
            status: 'accepted',
            justification: line(suppressionWords(by)),
          })),
    properties: {
      kind: finding.kind,
      severity: finding.severity,
      severitySource: finding.severitySource ?? undefined,
      fixState: finding.fix?.state,
      fixVersions: finding.fix?.state === 'fixed' ? finding.fix.versions.map((each) => line(each)) : undefined,
      layer: evidence.layer ?? undefined,
      denied: texts.denied(finding),
    },
  };
}

/** Relative, without steps upwards: code scanning refuses others. */
function relativeUri(path: string): string {
  const segments = path
    .toWellFormed()
    .split('/')
    .filter((segment) => !/^\.{0,2}$/.test(segment));
  return segments.map(encodeURIComponent).join('/') || 'image';
}

function notifications(result: ScanResult, filter: string | null): unknown {
  return [
    ...(filter === null ? [] : [{ level: 'note', message: { text: text(filter) } }]),
    ...unseenLines(result).map(({ code, words }) => ({
      level: 'warning',
      message: { text: text(words) },
      descriptor: { id: code },
    })),
  ];
}

export const sarif: ReportFormat = {
  name: 'sarif',
  extension: 'sarif',
  mediaType: 'application/sarif+json',
  render,
};
