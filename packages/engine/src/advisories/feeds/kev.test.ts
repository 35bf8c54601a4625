import { describe, expect, test } from 'vitest';
import { buildFrom } from '../testing/build-from.ts';

const url = 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json';
const entry = {
  cveID: 'CVE-2023-4911',
  dateAdded: '2023-11-21',
  dueDate: '2023-12-12',
  knownRansomwareCampaignUse: 'Unknown',
  vulnerabilityName: 'GNU C Library Buffer Overflow',
};

describe('CISA KEV', () => {
  test('who is exploited, since when, and by ransomware', async () => {
    using built = await buildFrom({
      [url]: {
        dateReleased: '2026-03-13T16:38:24Z',
        vulnerabilities: [
          entry,
          { ...entry, cveID: 'CVE-2021-44228', knownRansomwareCampaignUse: 'Known', dueDate: null },
          { cveID: 'CVE-1', dateAdded: 'soon' },
        ],
      },
    });
    expect(Object.fromEntries(built.reader.kev(['CVE-2023-4911', 'CVE-2021-44228', 'CVE-2000-1']))).toEqual({
      'CVE-2023-4911': { id: 'CVE-2023-4911', dateAdded: '2023-11-21', dueDate: '2023-12-12', ransomware: false },
      'CVE-2021-44228': { id: 'CVE-2021-44228', dateAdded: '2023-11-21', dueDate: null, ransomware: true },
    });
    expect(built.reader.shard('kev')).toMatchObject({ kind: 'kev', records: 2, dataDate: '2026-03-13' });
    expect(built.report.feeds.find(({ feed }) => feed === 'cisa-kev')).toMatchObject({ read: 2, rejected: 1 });
  });
});
