import { describe, expect, it } from 'vitest';
import type { AdvisoryRecord, CvssRating, LabelRating, RatingRecord, Severity } from '../advisories/types.ts';
import { candidateCves } from './enrich.ts';
import { before, findings, inventory, match, pkg, rating, record, tracker } from './testing.ts';

const label = (source: string, severity: Severity): LabelRating => ({ source, severity });
const cvss = (source: string, vector: string, score: number | null = null): CvssRating => ({
  source,
  version: /^CVSS:(...)/.exec(vector)?.[1] ?? '2.0',
  vector,
  score,
});

const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'; // 9.8
const medium = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N'; // 6.1
const low30 = 'CVSS:3.0/AV:L/AC:H/PR:H/UI:N/S:U/C:L/I:N/A:N'; // 1.9
const high2 = 'AV:N/AC:L/Au:N/C:N/I:N/A:C'; // 7.8
const high4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N'; // 8.7

describe('the order of sources', () => {
  const rated = new Map([
    ['CVE-1', rating('CVE-1', { cvss: [cvss('nvd', critical)], labels: [label('redhat', 'Low')] })],
  ]);
  const of = inventory([pkg('deb', 'openssl', '1.0-1')]);
  const own = { 'debian-12': [tracker('CVE-1', 'openssl', null, { labels: [label('debian', 'Medium')] })] };
  it.each<[string, readonly string[] | undefined, Severity, string, string]>([
    ['the usual one', undefined, 'Medium', 'debian', 'nvd'],
    ['NVD first', ['nvd', 'distro'], 'Critical', 'nvd', 'nvd'],
    ['a vendor first', ['redhat'], 'Low', 'redhat', 'nvd'],
    ['who does not rate it is passed over', ['oracle', 'redhat', 'nvd'], 'Low', 'redhat', 'nvd'],
    ['nobody in particular: the highest', ['oracle'], 'Critical', 'nvd', 'nvd'],
  ])('%s', (_what, severityOrder, severity, source, vectorOf) => {
    const [finding] = findings(of, own, { ratings: rated, severityOrder });
    expect([finding?.severity, finding?.severitySource, finding?.risk?.cvss?.source]).toEqual([
      severity,
      source,
      vectorOf,
    ]);
    // every rating is kept, whichever counts
    expect(finding?.evidence.ratings).toMatchObject({
      labels: [{ source: 'debian' }, { source: 'redhat' }],
      cvss: [{ source: 'nvd' }],
    });
  });
});

describe('severity', () => {
  const nvd = { cvss: [cvss('nvd', medium)] };
  it.each<[string, Partial<AdvisoryRecord>, Partial<RatingRecord> | undefined, Severity, string | null, number]>([
    [
      "the distro's own first",
      { labels: [label('debian', 'Low')] },
      { cvss: [cvss('nvd', critical)] },
      'Low',
      'debian',
      2,
    ],
    ['a distro that has not decided says nothing', { labels: [label('debian', 'Unknown')] }, nvd, 'Medium', 'nvd', 3],
    ['a copied label is not its own', { labels: [label('github', 'Critical')] }, nvd, 'Medium', 'nvd', 3],
    [
      'NVD before CISA before GitHub',
      { labels: [label('github', 'Low')] },
      { labels: [label('nvd', 'High'), label('cisa-vulnrichment', 'Critical')] },
      'High',
      'nvd',
      4,
    ],
    [
      'CISA before GitHub',
      { labels: [label('github', 'Low')] },
      { cvss: [cvss('cisa-vulnrichment', critical)] },
      'Critical',
      'cisa-vulnrichment',
      5,
    ],
    [
      'GitHub before vendors',
      { labels: [label('github', 'Low')], cvss: [cvss('github', critical)] },
      { labels: [label('redhat', 'High')] },
      'Low',
      'github',
      2,
    ],
    [
      'else the highest of the others',
      {},
      { labels: [label('redhat', 'Low'), label('suse', 'High'), label('oracle', 'High')] },
      'High',
      'oracle',
      4,
    ],
    ['nobody', {}, undefined, 'Unknown', null, 0],
    ['a broken vector is no rating', {}, { cvss: [cvss('nvd', 'CVSS:3.1/AV:N')] }, 'Unknown', null, 0],
    ['but its stated score is', {}, { cvss: [cvss('nvd', 'CVSS:3.1/AV:N', 9.8)] }, 'Critical', 'nvd', 5],
    ['what only v2 rates gets its label', {}, { cvss: [cvss('nvd', high2)] }, 'High', 'nvd', 4],
    [
      'v3.1 before v3.0 and v2',
      {},
      { cvss: [cvss('nvd', high2), cvss('nvd', low30), cvss('nvd', medium)] },
      'Medium',
      'nvd',
      3,
    ],
    ['v4.0 before v3.1', {}, { cvss: [cvss('nvd', medium), cvss('nvd', high4)] }, 'High', 'nvd', 4],
    ['a rejected CVE stays, unrated', {}, { rejected: true }, 'Unknown', null, 0],
  ])('%s', (_, more, rated, severity, source, level) => {
    const ratings = rated ? new Map([['CVE-1', rating('CVE-1', rated)]]) : new Map();
    const of = inventory([pkg('deb', 'bash', '5.0-1')]);
    const [finding] = findings(of, { 'debian-12': [tracker('CVE-1', 'bash', '5.0-2', more)] }, { ratings });
    expect(finding).toMatchObject({ severity, severitySource: source, level });
  });

  it("of a language package is NVD's before its advisory's own", () => {
    const shards = {
      npm: [record('GHSA-1', 'a', { aliases: ['CVE-1'], ranges: [before('2.0.0')], labels: [label('vendor', 'Low')] })],
    };
    const ratings = new Map([['CVE-1', rating('CVE-1', { labels: [label('nvd', 'High')] })]]);
    const [finding] = findings(inventory([pkg('npm', 'a', '1.0.0')]), shards, { ratings });
    expect(finding).toMatchObject({ id: 'CVE-1', severity: 'High', severitySource: 'nvd' });
    expect(finding?.evidence.ratings?.labels).toEqual([label('nvd', 'High'), label('vendor', 'Low')]);
  });
});

describe('risk', () => {
  const of = inventory([pkg('npm', 'a', '1.0.0')]);
  const shards = {
    npm: [record('GHSA-1', 'a', { aliases: ['CVE-1'], ranges: [before('2.0.0')], cvss: [cvss('github', high4)] })],
  };

  it('shows the vector of the source whose severity counts, scored', () => {
    const ratings = new Map([['CVE-1', rating('CVE-1', { cvss: [cvss('nvd', medium, 6.1), cvss('nvd', high2)] })]]);
    const [finding] = findings(of, shards, { ratings });
    expect(finding?.risk?.cvss).toEqual({ source: 'nvd', version: '3.1', vector: medium, score: 6.1 });
  });

  it('shows the vector of another where that source has none', () => {
    const ratings = new Map([['CVE-1', rating('CVE-1', { labels: [label('nvd', 'Low')] })]]);
    const [finding] = findings(of, shards, { ratings });
    expect(finding).toMatchObject({
      severity: 'Low',
      risk: { cvss: { source: 'github', version: '4.0', score: 8.7 } },
    });
  });

  it.each([
    [null, 8.1],
    [9.3, 9.3],
    [8.1, 8.1],
    [5, 8.1],
  ])('lets the source choose which score of a v4.0 vector with threat metrics it means: %s', (stated, score) => {
    const vector = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U';
    const ratings = new Map([['CVE-1', rating('CVE-1', { cvss: [cvss('nvd', vector, stated)] })]]);
    expect(findings(of, shards, { ratings })[0]?.risk?.cvss?.score).toBe(score);
  });

  it('tells exploited, not exploited and not known apart', () => {
    const listed = new Map([['CVE-1', { id: 'CVE-1', dateAdded: '2024-01-01', dueDate: null, ransomware: true }]]);
    const risk = (kev: typeof listed, kevAvailable: boolean) => findings(of, shards, { kev, kevAvailable })[0]?.risk;
    expect(risk(listed, true)).toMatchObject({
      kev: { dateAdded: '2024-01-01', dueDate: null },
      ransomware: true,
    });
    expect(risk(new Map(), true)).toMatchObject({ kev: false, ransomware: false });
    expect(risk(new Map(), false)).toMatchObject({ kev: null, ransomware: null, epss: null, exploit: null });
  });

  it('takes the earliest day of publication', () => {
    const ratings = new Map([['CVE-1', rating('CVE-1', { published: '2023-05-05' })]]);
    expect(findings(of, shards, { ratings })[0]?.published).toBe('2023-05-05');
  });
});

it('asks for ratings by every CVE that names a candidate', () => {
  const { candidates } = match(inventory([pkg('npm', 'a', '1.0.0')]), {
    npm: [
      record('GHSA-1', 'a', { aliases: ['CVE-2', 'CVE-1'], ranges: [before('2.0.0')] }),
      record('GHSA-2', 'a', { ranges: [before('2.0.0')] }),
    ],
  });
  expect(candidateCves(candidates)).toEqual(['CVE-1', 'CVE-2']);
});

it('sorts the worst first, then by id, name and version', () => {
  const of = inventory([pkg('npm', 'a', '1.0.0'), pkg('npm', 'b', '1.0.0'), pkg('npm', 'b', '1.1.0')]);
  const affects = (id: string, name: string, severity: Severity) =>
    record(id, name, { ranges: [before('2.0.0')], labels: [label('github', severity)] });
  const found = findings(of, {
    npm: [
      affects('CVE-3', 'a', 'Low'),
      affects('CVE-2', 'b', 'High'),
      affects('CVE-1', 'b', 'High'),
      affects('CVE-1', 'a', 'High'),
    ],
  });
  expect(found.map(({ id, package: p }) => `${id} ${p?.name} ${p?.version}`)).toEqual([
    'CVE-1 a 1.0.0',
    'CVE-1 b 1.0.0',
    'CVE-1 b 1.1.0',
    'CVE-2 b 1.0.0',
    'CVE-2 b 1.1.0',
    'CVE-3 a 1.0.0',
  ]);
});

describe('weaknesses', () => {
  it('are those that anybody names, by number, each once, and no words that are none', () => {
    const of = inventory([pkg('deb', 'openssl', '1.0-1')]);
    const shards = { 'debian-12': [tracker('CVE-1', 'openssl', null, { cwes: ['CWE-835', 'NVD-CWE-noinfo'] })] };
    const ratings = new Map([['CVE-1', rating('CVE-1', { cwes: ['CWE-120', 'CWE-835', 'CWE-20'] })]]);
    const [finding] = findings(of, shards, { ratings });
    expect(finding?.evidence.cwes).toEqual(['CWE-20', 'CWE-120', 'CWE-835']);
    expect(findings(of, { 'debian-12': [tracker('CVE-1', 'openssl', null)] })[0]?.evidence.cwes).toBeUndefined();
  });
});
