import { describe, expect, it } from 'vitest';
import type { EpssRecord, ExploitRecord, KevRecord } from '../advisories/types.ts';
import { riskScore } from './risk-score.ts';
import { findings, inventory, pkg, rating, tracker } from './testing.ts';

const id = 'CVE-2024-1000';
const critical = {
  source: 'nvd',
  version: '3.1',
  vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  score: 9.8,
};
const of = inventory([pkg('deb', 'openssl', '3.0.10-1')]);
const shards = { 'debian-12': [tracker(id, 'openssl', '3.0.11-1')] };
const ratings = new Map([[id, rating(id, { cvss: [critical] })]]);
const epss = (score: number) => new Map<string, EpssRecord>([[id, { id, score, percentile: 0.9 }]]);
const kev = (ransomware: boolean) =>
  new Map<string, KevRecord>([[id, { id, dateAdded: '2024-01-01', dueDate: null, ransomware }]]);
const exploits = (maturity: ExploitRecord['maturity']) =>
  new Map<string, ExploitRecord>([[id, { id, maturity, published: [{ source: 'exploit-db', id: '7' }] }]]);

describe('the risk score', () => {
  it.each([
    ['nothing but a severity', {}, 51, 'epss not known', ['epss', 'exploit']],
    ['no exploit, hardly likely', { epss: epss(0.001), exploits: new Map() }, 39, 'epss', []],
    ['likely by EPSS', { epss: epss(0.8), exploits: new Map() }, 86, 'epss', []],
    ['a proof of concept', { epss: epss(0.001), exploits: exploits('poc') }, 57, 'exploit: poc', []],
    ['an attack tool', { epss: epss(0.001), exploits: exploits('weaponised') }, 80, 'exploit: weaponised', []],
    ['known exploited', { kev: kev(false), epss: epss(0.5) }, 92, 'kev', []],
    ['used by ransomware', { kev: kev(true), epss: epss(0.5) }, 98, 'ransomware', []],
    ['no list of known exploited ones', { kevAvailable: false, epss: epss(0.001) }, 39, 'epss', ['exploit', 'kev']],
  ])('%s', (_what, sources, score, from, unknown) => {
    const [finding] = findings(of, shards, { ratings, ...sources });
    expect(finding?.risk?.score).toBe(score);
    expect(finding?.evidence.risk).toMatchObject({
      severity: { value: 9.8, from: 'CVSS 3.1 of nvd' },
      likelihood: { from },
      unknown,
    });
  });

  it('follows the severity that counts, not the highest score', () => {
    const own = { 'debian-12': [tracker(id, 'openssl', null, { labels: [{ source: 'debian', severity: 'Low' }] })] };
    const [finding] = findings(of, own, { ratings });
    expect(finding?.evidence.risk?.severity).toEqual({ value: 2, from: 'Low of debian' });
    expect(finding?.risk).toMatchObject({ score: 10, cvss: { score: 9.8 } });
  });

  it('is never lower where more speaks for an attack, and stays within 0 and 100', () => {
    const base = { cvss: null, kev: null, ransomware: null, exploit: null, maturity: null, malware: null } as const;
    const scores = [0, 0.1, 0.5, 1].map(
      (score) => riskScore({ severity: 'Critical', source: 'x' }, { ...base, epss: { score, percentile: 0 } }).score,
    );
    expect(scores).toEqual([38, 44, 67, 95]);
  });
});

describe('what is known of exploits', () => {
  it.each([
    [
      'CISA’s analysts saw it used',
      { ratings: new Map([[id, rating(id, { exploitation: 'active' })]]) },
      true,
      'active',
    ],
    ['CISA’s analysts saw nothing', { ratings: new Map([[id, rating(id, { exploitation: 'none' })]]) }, false, 'none'],
    ['nobody has looked', {}, null, null],
    ['the lists have none', { exploits: new Map() }, false, 'none'],
    ['the lists have one', { exploits: exploits('functional') }, true, 'functional'],
    ['known exploited', { kev: kev(false), exploits: exploits('poc') }, true, 'active'],
  ] as const)('%s', (_what, sources, exploit, maturity) => {
    const [finding] = findings(of, shards, sources);
    expect(finding?.risk).toMatchObject({ exploit, maturity });
  });

  it('names where exploits are published', () => {
    const [finding] = findings(of, shards, { exploits: exploits('poc') });
    expect(finding?.evidence.exploits).toEqual([{ source: 'exploit-db', id: '7' }]);
  });
});
