import { describe, expect, it } from 'vitest';
import { publicPage } from './public-pages.ts';

describe('public pages', () => {
  it.each([
    ['CVE-2022-0778', 'https://nvd.nist.gov/vuln/detail/CVE-2022-0778'],
    ['GHSA-35jh-r3h4-6jhm', 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm'],
    ['DSA-5103-1', 'https://security-tracker.debian.org/tracker/DSA-5103-1'],
    ['USN-5328-1', 'https://ubuntu.com/security/notices/USN-5328-1'],
    ['RHSA-2022:1065', 'https://access.redhat.com/errata/RHSA-2022:1065'],
    ['MAL-2026-1042', 'https://osv.dev/vulnerability/MAL-2026-1042'],
    ['GO-2022-0969', 'https://osv.dev/vulnerability/GO-2022-0969'],
  ])('%s has %s', (id, url) => {
    expect(publicPage(id)?.url).toBe(url);
  });

  it.each(['', 'CVE-2022-0778/../x', 'CVE-2022-0778?x', 'javascript:alert(1)', 'GO-../..', 'OSV-a/b', 'root-user'])(
    '%j has none',
    (id) => {
      expect(publicPage(id)).toBeNull();
    },
  );
});
