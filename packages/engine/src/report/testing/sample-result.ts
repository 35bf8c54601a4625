/** Scan results for tests: what a real image gives, and what a hostile one would like to. */
import type { Severity } from '../../advisories/types.ts';
import type { ImageConfig } from '../../image/types.ts';
import type { Package } from '../../inventory/types.ts';
import type { Finding, Fix, Risk } from '../../matching/types.ts';
import type { Verdict } from '../../policy/types.ts';
import type { ResultLayer, ScanResult } from '../../result/types.ts';

const levels: readonly Severity[] = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'];

/** A digest that is easy to recognise: `sha256:` and the seed repeated. */
export function digest(seed: string): string {
  return `sha256:${seed.repeat(64).slice(0, 64)}`;
}

const baseLayer = digest('a1');
const toolsLayer = digest('b2');
const appLayer = digest('c3');

const layers: readonly ResultLayer[] = [
  {
    digest: digest('1a'),
    diffId: baseLayer,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 31_418_228,
    instruction: 'ADD file:2f0a1b6c7d8e9f00112233445566778899aabbccddeeff00112233445566778 in /',
    verified: true,
    base: true,
  },
  {
    digest: digest('2b'),
    diffId: toolsLayer,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 8_812_003,
    instruction:
      'RUN apt-get update && apt-get install -y --no-install-recommends openssl zlib1g openssh-server && rm -rf /var/lib/apt/lists/*',
    verified: true,
    base: false,
  },
  {
    digest: digest('3c'),
    diffId: appLayer,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 2_204_551,
    instruction: 'COPY --chown=root:root ./dist /srv/shop',
    verified: false,
    base: false,
  },
];

const config: ImageConfig = {
  created: '2026-07-01T09:12:44Z',
  author: null,
  architecture: 'amd64',
  os: 'linux',
  variant: null,
  user: '',
  exposedPorts: ['22/tcp', '8080/tcp'],
  env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', 'NODE_ENV=production', 'API_TOKEN=hunter2-not-shown'],
  entrypoint: ['/usr/bin/node'],
  cmd: ['/srv/shop/server.js'],
  volumes: [],
  workingDir: '/srv/shop',
  labels: { 'org.opencontainers.image.source': 'https://git.example.com/shop/api', maintainer: 'shop@example.com' },
  healthcheck: null,
  stopSignal: null,
  shell: null,
  onBuild: [],
  history: [
    { created: '2026-06-30T00:00:00Z', instruction: layers[0]!.instruction, comment: null, emptyLayer: false },
    { created: '2026-06-30T00:00:00Z', instruction: 'CMD ["bash"]', comment: null, emptyLayer: true },
    { created: '2026-07-01T09:12:40Z', instruction: layers[1]!.instruction, comment: 'buildkit', emptyLayer: false },
    { created: '2026-07-01T09:12:44Z', instruction: layers[2]!.instruction, comment: 'buildkit', emptyLayer: false },
  ],
};

function deb(name: string, version: string, source: string, layer: string, licenses: readonly string[] = []): Package {
  return {
    type: 'deb',
    name,
    version,
    purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-11`,
    arch: 'amd64',
    source: { name: source, version },
    licenses,
    locations: [{ path: '/var/lib/dpkg/status', layer }],
    ownedBy: null,
  };
}

function npm(name: string, version: string): Package {
  return {
    type: 'npm',
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    arch: null,
    source: null,
    licenses: ['MIT'],
    locations: [{ path: `/srv/shop/node_modules/${name}/package.json`, layer: appLayer }],
    ownedBy: null,
  };
}

const openssl = deb('openssl', '1.1.1n-0+deb11u3', 'openssl', toolsLayer, ['OpenSSL']);
const libssl = deb('libssl1.1', '1.1.1n-0+deb11u3', 'openssl', toolsLayer, ['OpenSSL']);
const zlib = deb('zlib1g', '1:1.2.11.dfsg-2+deb11u1', 'zlib', baseLayer, ['Zlib']);
const libc = deb('libc6', '2.31-13+deb11u5', 'glibc', baseLayer, ['LGPL-2.1', 'GPL-2']);
const tar = deb('tar', '1.34+dfsg-1', 'tar', baseLayer, ['GPL-3']);
const lodash = npm('lodash', '4.17.20');
const evil = npm('event-streem', '1.0.2');

const noRisk: Risk = {
  cvss: null,
  epss: null,
  kev: false,
  ransomware: false,
  exploit: null,
  malware: false,
  score: null,
};

interface FindingParts extends Partial<Omit<Finding, 'package'>> {
  readonly id: string;
  readonly severity: Severity;
  readonly of?: Package;
}

/** A finding with sensible values for what a test does not name. */
export function finding(parts: FindingParts): Finding {
  const { of: pkg, ...rest } = parts;
  const layer = pkg?.locations[0]?.layer ?? null;
  const instruction = layers.find(({ diffId }) => diffId === layer)?.instruction ?? null;
  return {
    key: `${parts.kind ?? 'vulnerability'}/${parts.id}${pkg === undefined ? '' : `/${pkg.purl}`}`,
    fingerprint: `${parts.id}${pkg === undefined ? '' : `/${pkg.type}/${pkg.name}`}`,
    aliases: [],
    advisories: [],
    kind: 'vulnerability',
    severitySource: pkg === undefined ? null : pkg.type === 'deb' ? 'debian-tracker' : 'github',
    level: levels.indexOf(parts.severity),
    title: null,
    published: null,
    package: pkg === undefined ? null : { name: pkg.name, version: pkg.version, type: pkg.type, purl: pkg.purl },
    fix: null,
    risk: pkg === undefined ? null : noRisk,
    suppressed: [],
    ...rest,
    evidence: {
      ...(pkg === undefined ? {} : { path: pkg.locations[0]!.path, layer, instruction, inBase: layer === baseLayer }),
      ...(pkg?.source
        ? { matchedPackage: { name: pkg.source.name, version: pkg.source.version, via: 'source' as const } }
        : {}),
      ...rest.evidence,
    },
  };
}

function fixedIn(version: string, since: string | null): Fix {
  return { state: 'fixed', versions: [version], since };
}

function opensslFinding(of: Package, parts: Omit<FindingParts, 'of'>, fixed: string): Finding {
  return finding({
    ...parts,
    of,
    evidence: {
      advisory: { source: 'debian-tracker', id: parts.id, shard: 'debian-11' },
      comparison: `${of.version} < ${fixed} (deb)`,
      ratings: {
        labels: [{ source: 'nvd', severity: parts.severity }],
        cvss: [{ source: 'nvd', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', score: 7.5 }],
      },
      records: [
        { source: 'debian-tracker', id: parts.id, shard: 'debian-11' },
        { source: 'osv', id: `DEBIAN-${parts.id}`, shard: 'debian-11' },
      ],
      published: parts.published ?? null,
    },
  });
}

function opensslFindings(of: Package): readonly Finding[] {
  return [
    opensslFinding(
      of,
      {
        id: 'CVE-2022-0778',
        severity: 'Critical',
        title: 'Infinite loop in BN_mod_sqrt() when parsing certificates',
        published: '2022-03-15',
        advisories: ['DSA-5103-1'],
        fix: fixedIn('1.1.1n-0+deb11u4', '2026-07-02'),
        risk: {
          ...noRisk,
          cvss: { source: 'nvd', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', score: 7.5 },
          kev: { dateAdded: '2026-06-30', dueDate: '2026-07-21' },
          ransomware: true,
        },
      },
      '1.1.1n-0+deb11u4',
    ),
    opensslFinding(
      of,
      {
        id: 'CVE-2023-0464',
        severity: 'High',
        title: 'Excessive resource usage verifying X.509 policy constraints',
        published: '2023-03-22',
        fix: fixedIn('1.1.1n-0+deb11u5', '2026-05-30'),
      },
      '1.1.1n-0+deb11u5',
    ),
  ];
}

const sampleFindings: readonly Finding[] = [
  ...opensslFindings(libssl),
  ...opensslFindings(openssl),
  finding({
    id: 'CVE-2022-37434',
    severity: 'High',
    of: zlib,
    title: 'Heap-based buffer over-read in inflate() via a large gzip header extra field',
    published: '2022-08-05',
    fix: { state: 'not-fixed', versions: [], since: null },
    evidence: { advisory: { source: 'debian-tracker', id: 'CVE-2022-37434', shard: 'debian-11' } },
  }),
  finding({
    id: 'CVE-2023-4911',
    severity: 'High',
    of: libc,
    title: 'Buffer overflow in ld.so while processing GLIBC_TUNABLES',
    published: '2023-10-03',
    fix: fixedIn('2.31-13+deb11u7', '2023-10-03'),
    suppressed: [
      {
        by: 'exception',
        reason: 'no set-uid program is reachable in this image; the base image is replaced next week',
        owner: 'shop-team',
        until: '2026-09-10',
        source: 'exceptions.yaml#1',
      },
    ],
  }),
  finding({
    id: 'CVE-2005-2541',
    severity: 'Negligible',
    of: tar,
    title: 'tar does not warn when extracting set-uid files',
    published: '2005-08-10',
    fix: { state: 'will-not-fix', versions: [], since: null },
  }),
  finding({
    id: 'CVE-2021-23337',
    severity: 'Medium',
    of: lodash,
    aliases: ['GHSA-35jh-r3h4-6jhm'],
    title: 'Command injection through the template function',
    published: '2021-02-15',
    fix: fixedIn('4.17.21', '2021-02-20'),
    evidence: {
      advisory: { source: 'osv', id: 'GHSA-35jh-r3h4-6jhm', shard: 'npm' },
      comparison: '4.17.20 < 4.17.21 (npm)',
      records: [{ source: 'osv', id: 'GHSA-35jh-r3h4-6jhm', shard: 'npm' }],
    },
  }),
  finding({ id: 'GHSA-29mw-wpgm-hmr9', severity: 'Low', of: lodash, fix: fixedIn('4.17.21', null) }),
  finding({
    id: 'MAL-2026-1042',
    kind: 'malware',
    severity: 'Critical',
    of: evil,
    title: 'Malicious code in event-streem (npm)',
    published: '2026-08-01',
    fix: { state: 'not-fixed', versions: [], since: null },
    risk: { ...noRisk, malware: true },
    evidence: { advisory: { source: 'osv', id: 'MAL-2026-1042', shard: 'npm' }, comparison: '1.0.2 is listed (npm)' },
  }),
  finding({
    id: 'root-user',
    kind: 'misconfiguration',
    severity: 'Medium',
    title: 'the container runs as root',
    evidence: { config: 'user', value: '' },
  }),
  finding({
    id: 'administration-port',
    kind: 'misconfiguration',
    severity: 'Medium',
    title: '22/tcp is a port for remote administration',
    evidence: { config: 'exposedPorts', value: '22/tcp' },
  }),
  finding({
    id: 'debian-11',
    kind: 'end-of-life',
    severity: 'High',
    title: 'Debian 11 is past the end of its public security support',
    evidence: { path: '/etc/os-release', layer: baseLayer, inBase: true, endOfSupport: '2026-08-31' },
  }),
];

function keys(...ids: readonly string[]): readonly string[] {
  return sampleFindings.filter((entry) => ids.includes(entry.id)).map((entry) => entry.key);
}

const sampleVerdict: Verdict = {
  result: 'fail',
  exitCode: 1,
  reasons: [
    {
      exitCode: 1,
      code: 'policy',
      message:
        'the policy is broken by 6 rules: malicious-package, known-exploited, fixable-critical, fixable-high, distro-end-of-life, risk-index',
    },
    {
      exitCode: 5,
      code: 'advisories-stale',
      message: 'advisories that this image needs are out of date: npm; run "plimsoll db update"',
    },
    {
      exitCode: 4,
      code: 'inventory-incomplete',
      message:
        'the inventory is incomplete: /var/lib/rpm/rpmdb.sqlite: an rpm database is there and cannot be read yet',
    },
  ],
  inputs: ['advisories.debian-11', 'advisories.eol', 'advisories.kev', 'advisories.npm', 'evaluatedAt'],
  rules: [
    {
      id: 'fixable-critical',
      policy: 'default',
      action: 'deny',
      message:
        'CVE-2022-0778 (Critical) in libssl1.1 1.1.1n-0+deb11u3 has a fix: 1.1.1n-0+deb11u4; CVE-2022-0778 (Critical) in openssl 1.1.1n-0+deb11u3 has a fix: 1.1.1n-0+deb11u4',
      remediation: 'upgrade the package in the layer that installs it',
      controls: ['nist-800-190:4.1.1', 'pci-dss-4:6.3.3'],
      findings: keys('CVE-2022-0778'),
    },
    {
      id: 'known-exploited',
      policy: 'default',
      action: 'deny',
      message:
        'CVE-2022-0778 in libssl1.1 1.1.1n-0+deb11u3 is known to be exploited; CVE-2022-0778 in openssl 1.1.1n-0+deb11u3 is known to be exploited',
      remediation: 'upgrade the package, or take it out of the image',
      controls: ['nist-800-190:4.1.1'],
      findings: keys('CVE-2022-0778'),
    },
    {
      id: 'fixable-high',
      policy: 'default',
      action: 'deny',
      message:
        'CVE-2023-0464 (High) in libssl1.1 1.1.1n-0+deb11u3 has a fix: 1.1.1n-0+deb11u5, days known: 95; and 1 more',
      remediation: 'upgrade the package in the layer that installs it',
      controls: [],
      findings: keys('CVE-2023-0464'),
    },
    {
      id: 'malicious-package',
      policy: 'default',
      action: 'deny',
      message: 'event-streem 1.0.2 is malicious (MAL-2026-1042)',
      remediation: 'remove the package and rotate every secret that it could read',
      controls: [],
      findings: keys('MAL-2026-1042'),
    },
    {
      id: 'distro-end-of-life',
      policy: 'default',
      action: 'deny',
      message:
        'debian 11 is past the end of its public security support (2026-08-31); nobody writes advisories for it any more',
      remediation: 'build on a release that is supported',
      controls: [],
      findings: keys('debian-11'),
    },
    {
      id: 'risk-index',
      policy: 'qualys-risk-index',
      action: 'deny',
      message: 'the risk index is 3 × 4 + 1 × 2 = 14, more than 10',
      remediation: 'upgrade what is Critical first',
      controls: [],
      findings: keys('CVE-2022-0778', 'CVE-2023-0464', 'CVE-2022-37434'),
    },
    {
      id: 'root-user',
      policy: 'default',
      action: 'warn',
      message: 'the container runs as root',
      remediation: 'add USER with an unprivileged user to the last stage',
      controls: ['cis-docker:4.1'],
      findings: keys('root-user'),
    },
    {
      id: 'administration-port',
      policy: 'default',
      action: 'warn',
      message: '22/tcp is a port for remote administration',
      remediation: 'remove EXPOSE 22 and the SSH server',
      controls: ['cis-docker:5.6'],
      findings: keys('administration-port'),
    },
    {
      id: 'not-judged',
      policy: 'default',
      action: 'warn',
      message: 'Java archives are recognised and not read yet',
      remediation: 'judge these parts by other means, or leave them out of the image',
      controls: ['nist-800-190:4.1.1'],
      findings: [],
    },
  ],
  exceptions: [
    {
      id: 'CVE-2023-4911',
      source: 'exceptions.yaml#1',
      category: null,
      reason: 'no set-uid program is reachable in this image; the base image is replaced next week',
      owner: 'shop-team',
      approver: null,
      ticket: null,
      expires: '2026-09-10',
      untilFixed: false,
      findings: keys('CVE-2023-4911'),
      state: 'expires-soon',
      notes: [],
    },
    {
      id: 'CVE-2022-0778',
      source: 'exceptions.yaml#2',
      category: null,
      reason: 'waiting for the base image',
      owner: 'shop-team',
      approver: null,
      ticket: null,
      expires: '2026-08-01',
      untilFixed: false,
      findings: [],
      state: 'expired',
      notes: [],
    },
    {
      id: 'CVE-2019-0001',
      source: 'exceptions.yaml#3',
      category: null,
      reason: 'package was removed',
      owner: 'platform',
      approver: null,
      ticket: null,
      expires: '2027-01-01',
      untilFixed: false,
      findings: [],
      state: 'unused',
      notes: [],
    },
  ],
  changes: [
    {
      kind: 'upgrade',
      text: 'upgrade libssl1.1, openssl from 1.1.1n-0+deb11u3 to 1.1.1n-0+deb11u5: fixes CVE-2022-0778, CVE-2023-0464',
      findings: keys('CVE-2022-0778', 'CVE-2023-0464'),
    },
    { kind: 'other', text: 'remove event-streem: it is malicious', findings: keys('MAL-2026-1042') },
    {
      kind: 'distro',
      text: 'move from debian 11, which gets no security support any more, to a supported release',
      findings: keys('debian-11'),
    },
  ],
};

const coverage = {
  executables: { files: 412, bytes: 61_203_456, ownedFiles: 409, ownedBytes: 58_000_128 },
  libraries: { files: 180, bytes: 44_100_900, ownedFiles: 180, ownedBytes: 44_100_900 },
};

/** A failing Debian image with a bit of everything. */
export function sampleResult(): ScanResult {
  return {
    schemaVersion: '1',
    image: {
      reference: 'docker-archive:shop-api.tar',
      id: digest('4d'),
      digest: digest('5e'),
      platform: 'linux/amd64',
      names: ['registry.example.com/shop/api:1.4.2'],
      distro: {
        id: 'debian',
        version: '11',
        codename: 'bullseye',
        prettyName: 'Debian GNU/Linux 11 (bullseye)',
        like: [],
        endOfLife: '2026-08-31',
      },
      base: { reference: 'debian:11', digest: null, id: digest('7d'), layers: 1, from: 'option' },
      layers,
    },
    inputs: {
      product: { name: 'plimsoll', version: '0.1.0' },
      subject: {
        digest: digest('4d'),
        platform: 'linux/amd64',
        reference: 'docker-archive:shop-api.tar',
        stage: 'pipeline',
      },
      base: { reference: 'debian:11', id: digest('7d'), digest: null },
      catalogers: { dpkg: 1, npm: 1 },
      advisories: {
        'debian-11': digest('6f'),
        eol: digest('70'),
        kev: digest('81'),
        npm: digest('92'),
        'ratings-2022': digest('a3'),
      },
      stale: ['npm'],
      missing: [],
      policy: { default: digest('b4'), 'qualys-risk-index': digest('b5') },
      exceptions: { 'exceptions.yaml': digest('c5') },
      settings: { maxDbAgeDays: 5, severityOrder: ['distro', 'nvd', 'cisa-vulnrichment', 'github'] },
      history: {},
      evaluatedAt: '2026-09-02',
    },
    packages: [libc, libssl, openssl, tar, zlib, evil, lodash],
    facts: { config, coverage },
    incomplete: [
      {
        code: 'application-unread',
        message: 'Java archives are recognised and not read yet',
        path: '/srv/shop/lib/report.jar',
        layer: appLayer,
      },
      {
        code: 'package-database-unread',
        message: 'an rpm database is there and cannot be read yet',
        path: '/var/lib/rpm/rpmdb.sqlite',
        layer: toolsLayer,
      },
    ],
    findings: sampleFindings,
    verdict: sampleVerdict,
  };
}

/** A scratch image with nothing to say, judged by nothing that found anything. */
export function passResult(): ScanResult {
  const sample = sampleResult();
  return {
    ...sample,
    image: {
      ...sample.image,
      reference: 'oci-layout:out/tool',
      names: [],
      digest: null,
      distro: null,
      base: null,
      layers: [{ ...layers[2]!, base: null }],
    },
    inputs: { ...sample.inputs, base: null, advisories: {}, stale: [], exceptions: {} },
    packages: [],
    facts: { config: { ...config, user: '65532', exposedPorts: [], labels: {}, env: [] }, coverage },
    incomplete: [],
    findings: [],
    verdict: {
      result: 'pass',
      exitCode: 0,
      reasons: [],
      inputs: ['evaluatedAt'],
      rules: [],
      exceptions: [],
      changes: [],
    },
  };
}

/** An image that may pass, with a warning and findings that no rule minds, made with the example advisories. */
export function warnResult(): ScanResult {
  const sample = sampleResult();
  const findings = sample.findings.filter((entry) =>
    ['root-user', 'CVE-2005-2541', 'GHSA-29mw-wpgm-hmr9'].includes(entry.id),
  );
  return {
    ...sample,
    inputs: { ...sample.inputs, stale: [], exceptions: {}, example: true },
    incomplete: [],
    findings,
    verdict: {
      ...sampleVerdict,
      result: 'warn',
      exitCode: 0,
      reasons: [],
      rules: sampleVerdict.rules.filter((rule) => rule.id === 'root-user'),
      exceptions: [],
      changes: [{ kind: 'config', text: 'set USER to an unprivileged user', findings: [] }],
    },
  };
}

/** Strings that an image's author may choose, made to break out of a terminal, a table or a page. */
export const hostileText = [
  '\u001b[2J\u001b[31mred',
  '\u009b31mC1',
  'abc\u202edcba\u2066x',
  'line\nbreak\r\ttab',
  '<script>alert(1)</script>',
  '"\'><img src=x onerror=alert(2)>',
  '</style></title><!--',
  'zero\u200bwidth\ufeff\u00ad',
  'z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307algo',
  '漢字テスト👩‍🚀',
  '\ud800lone',
  `long-${'x'.repeat(3000)}`,
].join(' ');

/** The sample with hostile text wherever an image, a feed, a policy file or an exception can put text. */
export function hostileResult(): ScanResult {
  const kept = new Set([
    'key',
    'fingerprint',
    'kind',
    'severity',
    'state',
    'layer',
    'diffId',
    'code',
    'result',
    'action',
    'by',
    'expires',
    'since',
    'published',
    'evaluatedAt',
    'schemaVersion',
    'endOfLife',
    'endOfSupport',
    'dateAdded',
    'dueDate',
    'until',
    'via',
    'from',
  ]);
  function poison(value: unknown, name: string): unknown {
    if (typeof value === 'string') return kept.has(name) ? value : `${value} ${hostileText}`;
    if (Array.isArray(value))
      return name === 'findings' && typeof value[0] === 'string' ? value : value.map((item) => poison(item, name));
    if (value === null || typeof value !== 'object') return value;
    if (name === 'product') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        name === 'labels' && !('severity' in value) ? `${key} ${hostileText}` : key,
        poison(item, key),
      ]),
    );
  }
  return poison(sampleResult(), '') as ScanResult;
}

/** The sample with `count` more vulnerability findings, four to a package, as a big image has them. */
export function largeResult(count: number): ScanResult {
  const sample = sampleResult();
  const packages = Array.from({ length: Math.ceil(count / 4) }, (_, index) =>
    deb(`libpart${index}`, `2.${index}.1-3+deb11u2`, `part${index}`, toolsLayer, ['GPL-2']),
  );
  const more = Array.from({ length: count }, (_, index) =>
    opensslFinding(
      packages[Math.floor(index / 4)]!,
      {
        id: `CVE-2025-${10000 + index}`,
        severity: levels[index % 6]!,
        title: 'A crafted file makes the parser write past the end of its buffer',
        published: '2025-02-03',
        fix:
          index % 3 === 0
            ? { state: 'not-fixed', versions: [], since: null }
            : fixedIn('2.99.1-3+deb11u4', '2026-01-05'),
      },
      '2.99.1-3+deb11u4',
    ),
  );
  return { ...sample, packages: [...sample.packages, ...packages], findings: [...sample.findings, ...more] };
}
