/**
 * A handful of true statements, copied by hand, so that the demo finds something without a network. They are far from
 * all that is known about these packages: every output made with them says that they are examples.
 */
import type { Statement } from '../feed.ts';
import type { AdvisoryText, EolRecord, KevRecord, RatingRecord } from '../types.ts';

const base = {
  source: 'osv',
  aliases: [],
  bulletins: [],
  versions: [],
  status: 'affected',
  labels: [],
  cvss: [],
  published: null,
  modified: null,
  fixedSince: null,
  malicious: false,
  cwes: [],
} as const satisfies Partial<Statement>;

function debian(name: string, cve: string, fixed: string | null, details: Partial<Statement> = {}): Statement {
  const ranges = [{ introduced: null, fixed, lastAffected: null }];
  return { ...base, source: 'debian-tracker', ids: [cve], package: name, scheme: 'deb', ranges, ...details };
}

/** @see https://security-tracker.debian.org/tracker/ */
export const exampleDebian12: readonly Statement[] = [
  debian('curl', 'CVE-2023-38545', '7.88.1-10+deb12u4', { bulletins: ['DSA-5523-1'], fixedSince: '2023-10-11' }),
  debian('glibc', 'CVE-2023-4911', '2.36-9+deb12u3', { bulletins: ['DSA-5514-1'], fixedSince: '2023-10-03' }),
  debian('openssl', 'CVE-2022-0778', '1.1.1n-1', { bulletins: ['DSA-5103-1'], fixedSince: '2022-03-15' }),
  debian('openssl', 'CVE-2023-5363', '3.0.11-1~deb12u2', { bulletins: ['DSA-5532-1'], fixedSince: '2023-10-24' }),
  debian('openssl', 'CVE-2024-0727', '3.0.13-1~deb12u1'),
  debian('zlib', 'CVE-2023-45853', null, { status: 'will-not-fix' }),
];

/** @see https://github.com/advisories */
export const exampleNpm: readonly Statement[] = [
  {
    ...base,
    ids: ['GHSA-xvch-5gv4-984h'],
    aliases: ['CVE-2021-44906'],
    package: 'minimist',
    scheme: 'npm',
    ranges: [
      { introduced: null, fixed: '0.2.4', lastAffected: null },
      { introduced: '1.0.0', fixed: '1.2.6', lastAffected: null },
    ],
    labels: [{ source: 'github', severity: 'Critical' }],
    cvss: [{ source: 'github', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: null }],
    published: '2022-03-18',
    cwes: ['CWE-1321'],
  },
  {
    ...base,
    ids: ['GHSA-vh95-rmgr-6w4m'],
    aliases: ['CVE-2020-7598'],
    package: 'minimist',
    scheme: 'npm',
    ranges: [
      { introduced: null, fixed: '0.2.1', lastAffected: null },
      { introduced: '1.0.0', fixed: '1.2.3', lastAffected: null },
    ],
    labels: [{ source: 'github', severity: 'Medium' }],
    cvss: [{ source: 'github', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L', score: null }],
    published: '2020-04-03',
    cwes: ['CWE-1321'],
  },
  {
    ...base,
    ids: ['GHSA-35jh-r3h4-6jhm'],
    aliases: ['CVE-2021-23337'],
    package: 'lodash',
    scheme: 'npm',
    ranges: [{ introduced: null, fixed: '4.17.21', lastAffected: null }],
    labels: [{ source: 'github', severity: 'High' }],
    cvss: [{ source: 'github', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', score: null }],
    published: '2021-05-06',
    cwes: ['CWE-77', 'CWE-94'],
  },
  {
    ...base,
    ids: ['GHSA-p6mc-m468-83gw'],
    aliases: ['CVE-2020-8203'],
    package: 'lodash',
    scheme: 'npm',
    ranges: [{ introduced: '3.7.0', fixed: '4.17.19', lastAffected: null }],
    labels: [{ source: 'github', severity: 'High' }],
    cvss: [{ source: 'github', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H', score: null }],
    published: '2020-07-15',
    cwes: ['CWE-1321', 'CWE-770'],
  },
];

function nvd(id: string, published: string, score: number, vector: string, cwes: readonly string[]): RatingRecord {
  const cvss = [{ source: 'nvd', version: '3.1', vector: `CVSS:3.1/${vector}`, score }];
  return { id, labels: [], cvss, cwes, published, rejected: false };
}

/** @see https://nvd.nist.gov/ */
export const exampleRatings: readonly RatingRecord[] = [
  nvd('CVE-2020-7598', '2020-03-11', 5.6, 'AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L', ['CWE-1321']),
  nvd('CVE-2020-8203', '2020-07-15', 7.4, 'AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H', ['CWE-1321']),
  nvd('CVE-2021-23337', '2021-02-15', 7.2, 'AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', ['CWE-94']),
  nvd('CVE-2021-44906', '2022-03-17', 9.8, 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', ['CWE-1321']),
  nvd('CVE-2023-38545', '2023-10-18', 9.8, 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', ['CWE-787']),
  nvd('CVE-2023-45853', '2023-10-14', 9.8, 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', ['CWE-190']),
  nvd('CVE-2023-4911', '2023-10-03', 7.8, 'AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', ['CWE-122', 'CWE-787']),
  nvd('CVE-2023-5363', '2023-10-25', 7.5, 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', ['CWE-684']),
  nvd('CVE-2024-0727', '2024-01-26', 5.5, 'AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H', ['CWE-476']),
];

export const exampleKev: readonly KevRecord[] = [
  { id: 'CVE-2023-4911', dateAdded: '2023-11-21', dueDate: '2023-12-12', ransomware: false },
];

export const exampleEol: readonly EolRecord[] = [
  { distro: 'debian', cycle: '11', codename: 'bullseye', released: '2021-08-14', endOfSupport: '2026-08-31' },
  { distro: 'debian', cycle: '12', codename: 'bookworm', released: '2023-06-10', endOfSupport: '2028-06-30' },
  { distro: 'debian', cycle: '13', codename: 'trixie', released: '2025-08-09', endOfSupport: '2030-06-30' },
];

function text(id: string, title: string, ...references: string[]): AdvisoryText {
  return { id, title, description: null, references };
}

const tracker = 'https://security-tracker.debian.org/tracker/';
const github = 'https://github.com/advisories/';

export const exampleTexts: Readonly<Record<string, readonly AdvisoryText[]>> = {
  'debian-12': [
    text('CVE-2023-38545', 'curl: heap buffer overflow in the SOCKS5 proxy handshake', `${tracker}CVE-2023-38545`),
    text(
      'CVE-2023-4911',
      'glibc: buffer overflow in the dynamic loader while reading GLIBC_TUNABLES',
      `${tracker}CVE-2023-4911`,
    ),
    text('CVE-2023-5363', 'openssl: incorrect cipher key and IV length processing', `${tracker}CVE-2023-5363`),
    text('CVE-2024-0727', 'openssl: denial of service by a malformed PKCS12 file', `${tracker}CVE-2024-0727`),
    text('CVE-2023-45853', 'zlib: integer overflow in MiniZip', `${tracker}CVE-2023-45853`),
  ],
  npm: [
    text('GHSA-xvch-5gv4-984h', 'Prototype pollution in minimist', `${github}GHSA-xvch-5gv4-984h`),
    text('GHSA-vh95-rmgr-6w4m', 'Prototype pollution in minimist', `${github}GHSA-vh95-rmgr-6w4m`),
    text('GHSA-35jh-r3h4-6jhm', 'Command injection in lodash', `${github}GHSA-35jh-r3h4-6jhm`),
    text('GHSA-p6mc-m468-83gw', 'Prototype pollution in lodash', `${github}GHSA-p6mc-m468-83gw`),
  ],
};
