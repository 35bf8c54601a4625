import type { Given } from '../cases/given-facts.ts';
import type { SupportedScope } from '../context-types.ts';

/** What another tool's policies can say, as a condition of ours, with facts for which it is true and for which it is not. */
export interface PeerTerm {
  readonly term: string;
  readonly scope: SupportedScope;
  readonly when: string;
  readonly yes: Given;
  readonly no: Given;
  readonly files?: readonly string[];
}

type Finding = NonNullable<Given['findings']>[number];
type Risk = NonNullable<Finding['risk']>;

const found = (...findings: readonly Finding[]): Given => ({ findings });
const risk = (of: Risk): Given => found({ risk: of });
const fix = (of: NonNullable<Finding['fix']>): Given => found({ fix: of });
const scored = (score: number): Given => risk({ cvss: { score } });
const vector = (text: string): Given => risk({ cvss: { score: 9, vector: `CVSS:3.1/${text}` } });
const installed = (...names: readonly string[]): Given => ({ packages: names.map((name) => ({ name })) });
const config = (of: NonNullable<Given['config']>): Given => ({ config: of });
const image = (of: NonNullable<Given['image']>): Given => ({ image: of });
const dockerfile = (...lines: readonly string[]): Given => ({ dockerfile: lines });
const user = (of: NonNullable<Given['users']>[number]): Given => ({ users: [of] });
const file = (of: NonNullable<Given['files']>[number]): Given => ({ files: [of] });
const severities = (...names: readonly NonNullable<Finding['severity']>[]): Given =>
  found(...names.map((severity, at) => ({ id: `CVE-2026-000${at}`, severity })));

const vulnerability = (term: string, when: string, yes: Given, no: Given): PeerTerm => ({
  term,
  scope: 'vulnerability',
  when,
  yes,
  no,
});
const ofImage = (term: string, when: string, yes: Given, no: Given): PeerTerm => ({
  term,
  scope: 'image',
  when,
  yes,
  no,
});
const ofConfig = (term: string, when: string, yes: Given, no: Given): PeerTerm => ({
  term,
  scope: 'config',
  when,
  yes,
  no,
});

const fixed = { state: 'fixed', versions: ['2.0'] } as const;

/** Judged on 2026-08-22. */
export const peerTerms: Readonly<Record<string, readonly PeerTerm[]>> = {
  'Qualys fail conditions': [
    ofImage(
      'count of a severity above a limit',
      'image.counts.critical > 1',
      severities('Critical', 'Critical'),
      severities('Critical', 'High'),
    ),
    ofImage(
      'risk index 3 × severity 5 + severity 4',
      '3 * image.counts.critical + image.counts.high > 10',
      severities('Critical', 'Critical', 'Critical', 'High', 'High'),
      severities('Critical', 'Critical', 'High'),
    ),
    vulnerability(
      'CVEs of a list',
      'finding.id in ["CVE-2021-44228"] || finding.aliases.exists(a, a in ["CVE-2021-44228"])',
      found({ id: 'GHSA-jfh8-c2jp-5v3q', aliases: ['CVE-2021-44228'] }),
      found({ id: 'CVE-2021-44229' }),
    ),
    {
      term: 'software by name (regular expression)',
      scope: 'package',
      when: 'pkg.name.matches("^openssh-(server|sftp)")',
      yes: installed('openssh-server'),
      no: installed('openssh-client'),
    },
    {
      term: 'software by name and version',
      scope: 'package',
      when: 'pkg.name == "curl" && versionBefore(pkg.type, pkg.version, "8.0")',
      yes: { packages: [{ name: 'curl', version: '7.9' }] },
      no: { packages: [{ name: 'curl', version: '8.1' }] },
    },
    vulnerability(
      'CVSS v2 at least',
      'finding.risk.cvss.v2 >= 7.5',
      found({ cvss: [{ version: '2.0', score: 7.5 }] }),
      found({ cvss: [{ version: '3.1', score: 9.8 }] }),
    ),
    vulnerability(
      'CVSS v3 at least',
      'finding.risk.cvss.v3 >= 9.0',
      found({ cvss: [{ version: '3.1', score: 9 }] }),
      found({ cvss: [{ version: '2.0', score: 10 }] }),
    ),
    vulnerability(
      'the higher of v2 and v3 at least',
      'finding.risk.cvss.v2 >= 9.0 || finding.risk.cvss.v3 >= 9.0',
      found({
        cvss: [
          { version: '2.0', score: 9.3 },
          { version: '3.1', score: 7 },
        ],
      }),
      found({
        cvss: [
          { version: '2.0', score: 5 },
          { version: '3.1', score: 7 },
        ],
      }),
    ),
    vulnerability(
      'confirmed only',
      'finding.severity == "High" && finding.code != "absent"',
      found({ severity: 'High' }),
      found({ severity: 'High', code: 'absent' }),
    ),
    vulnerability('an exploit is known', 'finding.risk.exploit', risk({ exploit: true }), risk({ exploit: false })),
    vulnerability(
      'malware is known to use it',
      'finding.risk.ransomware || finding.risk.maturity in ["weaponised", "active"]',
      risk({ ransomware: true }),
      risk({ maturity: 'poc', exploit: true }),
    ),
    {
      term: 'malware',
      scope: 'malware',
      when: 'finding.kind == "malware"',
      yes: found({ id: 'MAL-2026-1', kind: 'malware' }),
      no: found({}),
    },
    {
      term: 'secrets in the image',
      scope: 'secret',
      when: '!secret.example',
      yes: { secrets: [{ path: '/k' }] },
      no: { secrets: [{ path: '/k', example: true }] },
    },
  ],
  'Sysdig predicates and Terraform rules': [
    vulnerability('vulnSeverity (at least)', 'finding.level >= 4', severities('Critical'), severities('Medium')),
    vulnerability('vulnSeverityEquals', 'finding.severity == "High"', severities('High'), severities('Critical')),
    vulnerability('vulnIsFixable', 'finding.fix.state == "fixed"', fix(fixed), fix({ state: 'will-not-fix' })),
    vulnerability(
      'vulnIsFixableWithAge (fix available for days)',
      'finding.fix.state == "fixed" && finding.fix.ageDays >= 30',
      fix({ ...fixed, since: '2026-07-01' }),
      fix({ ...fixed, since: '2026-08-10' }),
    ),
    vulnerability(
      'vulnExploitableViaNetwork',
      'finding.risk.cvss.attackVector == "network"',
      vector('AV:N'),
      vector('AV:L'),
    ),
    vulnerability(
      'no admin privileges',
      'finding.risk.cvss.privilegesRequired in ["none", "low"]',
      vector('AV:N/PR:N'),
      vector('AV:N/PR:H'),
    ),
    vulnerability(
      'no user interaction',
      'finding.risk.cvss.userInteraction == "none"',
      vector('AV:N/UI:N'),
      vector('AV:N/UI:R'),
    ),
    vulnerability('CVSS at least', 'finding.risk.cvss.score >= 8.5', scored(9), scored(8)),
    vulnerability(
      'disclosed more than days ago',
      'finding.ageDays > 60',
      found({ published: '2026-05-01' }),
      found({ published: '2026-08-01' }),
    ),
    vulnerability(
      'disclosed in a range of dates',
      'finding.published >= "2026-01-01" && finding.published <= "2026-03-31"',
      found({ published: '2026-02-03' }),
      found({ published: '2026-04-01' }),
    ),
    vulnerability(
      'package type OS',
      'finding.package.type in ["deb", "rpm", "apk", "alpm"]',
      found({ package: { type: 'rpm' } }),
      found({ package: { type: 'npm' } }),
    ),
    vulnerability(
      'package type not OS',
      '!(finding.package.type in ["deb", "rpm", "apk", "alpm"])',
      found({ package: { type: 'npm' } }),
      found({ package: { type: 'deb' } }),
    ),
    vulnerability('public exploit available', 'finding.risk.exploit', risk({ exploit: true }), risk({})),
    vulnerability('CISA KEV', 'finding.risk.kev', risk({ kev: true }), risk({})),
    vulnerability(
      'CISA KEV, listed for days',
      'finding.risk.kev && finding.risk.kevDays >= 14',
      risk({ kev: { dateAdded: '2026-08-01' } }),
      risk({ kev: { dateAdded: '2026-08-20' } }),
    ),
    vulnerability(
      'CISA KEV, due in days',
      'finding.risk.kev && finding.risk.kevDueDays <= 7',
      risk({ kev: { dueDate: '2026-08-25' } }),
      risk({ kev: { dueDate: '2026-10-01' } }),
    ),
    vulnerability(
      'CISA KEV, in a ransomware campaign',
      'finding.risk.ransomware',
      risk({ kev: true, ransomware: true }),
      risk({ kev: true }),
    ),
    vulnerability(
      'EPSS score at least',
      'finding.risk.epss.score >= 0.1',
      risk({ epss: { score: 0.5 } }),
      risk({ epss: { score: 0.01 } }),
    ),
    vulnerability(
      'EPSS percentile at least',
      'finding.risk.epss.percentile >= 0.95',
      risk({ epss: { percentile: 0.99 } }),
      risk({ epss: { percentile: 0.5 } }),
    ),
    vulnerability(
      'CVE deny list',
      'finding.id in ["CVE-2024-3094"]',
      found({ id: 'CVE-2024-3094' }),
      found({ id: 'CVE-2024-3095' }),
    ),
    ofConfig('imageConfigDefaultUserIsRoot', 'config.root', config({ user: '0:0' }), config({ user: 'app' })),
    ofConfig(
      'imageConfigEnvVariableExists',
      '"DEBUG" in config.env',
      config({ env: ['DEBUG=1'] }),
      config({ env: ['NODE_ENV=production'] }),
    ),
    ofConfig(
      'an environment variable has a value',
      'has(config.variables.NODE_ENV) && config.variables.NODE_ENV != "production"',
      config({ env: ['NODE_ENV=test'] }),
      config({ env: ['NODE_ENV=production'] }),
    ),
    {
      term: 'imageConfigSensitiveInformationAndSecrets',
      scope: 'secret',
      when: 'secret.path == "" && !secret.example',
      yes: { secrets: [{ env: 'TOKEN' }] },
      no: { secrets: [{ path: '/k' }] },
    },
    {
      term: 'imageConfigInstructionNotRecommended',
      scope: 'instruction',
      when: 'line.own && line.instruction == "ADD"',
      yes: dockerfile('ADD app.tar /app'),
      no: dockerfile('COPY app /app'),
    },
    {
      term: 'imageConfigInstructionIsPkgManager',
      scope: 'instruction',
      when: 'line.own && line.commands.exists(c, c.name in ["apt", "apt-get", "apk", "yum", "dnf"])',
      yes: dockerfile('RUN apt-get update'),
      no: dockerfile('RUN make install'),
    },
    ofConfig('label must exist', '!has(config.labels.team)', config({}), config({ labels: { team: 'web' } })),
    ofConfig('label must not exist', 'has(config.labels.debug)', config({ labels: { debug: '' } }), config({})),
    ofConfig(
      'label must have a value',
      '!(has(config.labels.tier) && config.labels.tier == "prod")',
      config({ labels: { tier: 'test' } }),
      config({ labels: { tier: 'prod' } }),
    ),
    ofImage(
      'stage',
      'stage == "admission" && image.counts.critical > 0',
      { ...severities('Critical'), stage: 'admission' },
      severities('Critical'),
    ),
  ],
  'Anchore gates': [
    ofImage('always', 'true', {}, {}),
    ofConfig(
      'dockerfile: effective_user',
      'config.user in ["root", "admin"]',
      config({ user: 'admin' }),
      config({ user: 'app' }),
    ),
    {
      term: 'dockerfile: instruction',
      scope: 'instruction',
      when: 'line.instruction == "RUN" && line.text.contains("curl")',
      yes: dockerfile('RUN curl -O x'),
      no: dockerfile('RUN make'),
    },
    ofConfig(
      'dockerfile: instruction not exists',
      '!config.instructions.exists(i, i.startsWith("HEALTHCHECK"))',
      config({ instructions: ['CMD x'] }),
      config({ instructions: ['HEALTHCHECK CMD x'] }),
    ),
    ofConfig(
      'dockerfile: exposed_ports',
      'config.ports.exists(p, p in [22, 23])',
      config({ exposedPorts: ['20-30/tcp'] }),
      config({ exposedPorts: ['443/tcp'] }),
    ),
    {
      term: 'dockerfile: no_dockerfile_provided',
      scope: 'coverage',
      when: 'entry.code == "history-incomplete"',
      yes: { incomplete: [{ code: 'history-incomplete' }] },
      no: {},
    },
    {
      term: 'files: content_regex_match',
      scope: 'file',
      files: ['*.conf'],
      when: 'file.content.matches("(?m)^PermitRootLogin yes")',
      yes: file({ path: '/etc/sshd.conf', content: 'a\nPermitRootLogin yes\n' }),
      no: file({ path: '/etc/sshd.conf', content: '#PermitRootLogin yes\n' }),
    },
    {
      term: 'files: name_match',
      scope: 'file',
      files: ['*'],
      when: 'file.path.matches("\\\\.pem$")',
      yes: file({ path: '/a/key.pem' }),
      no: file({ path: '/a/key.pem.txt' }),
    },
    {
      term: 'files: attribute_match (checksum)',
      scope: 'file',
      files: ['/bin/sh'],
      when: 'file.sha256 != "aa"',
      yes: file({ path: '/bin/sh', sha256: 'bb' }),
      no: file({ path: '/bin/sh', sha256: 'aa' }),
    },
    {
      term: 'files: attribute_match (mode)',
      scope: 'file',
      files: ['/etc/shadow'],
      when: 'file.mode != "640"',
      yes: file({ path: '/etc/shadow', mode: '644' }),
      no: file({ path: '/etc/shadow', mode: '640' }),
    },
    {
      term: 'files: suid_or_guid_set',
      scope: 'file',
      when: '(file.setUid || file.setGid) && !file.path.startsWith("/usr/lib/")',
      yes: file({ path: '/bin/su', mode: '4755' }),
      no: file({ path: '/usr/lib/x', mode: '4755' }),
    },
    ofImage('metadata: size', 'image.size > 500000000', image({ size: 600000000 }), image({ size: 400000000 })),
    ofImage(
      'metadata: architecture, os type',
      'image.os != "linux" || image.architecture != "amd64"',
      image({ platform: 'linux/arm64' }),
      image({ platform: 'linux/amd64' }),
    ),
    ofImage(
      'metadata: distro, distro_version',
      'image.distro.id == "debian" && image.distro.version == "10"',
      image({ distro: { id: 'debian', version: '10' } }),
      image({ distro: { id: 'debian', version: '12' } }),
    ),
    ofImage(
      'metadata: like_distro',
      '"rhel" in image.distro.like',
      image({ distro: { id: 'rocky', like: ['rhel', 'centos'] } }),
      image({ distro: { id: 'debian' } }),
    ),
    ofImage('metadata: layer_count', 'image.layers > 20', image({ layers: 30 }), image({ layers: 5 })),
    ofImage(
      'packages: required_package',
      '!packages.exists(p, p.name == "ca-certificates" && !versionBefore(p.type, p.version, "2023"))',
      installed('bash'),
      { packages: [{ name: 'ca-certificates', version: '20230311' }] },
    ),
    {
      term: 'packages: blacklist',
      scope: 'package',
      when: 'pkg.name == "netcat" || (pkg.name == "log4j" && pkg.version == "1.2.17")',
      yes: installed('netcat'),
      no: { packages: [{ name: 'log4j', version: '2.0' }] },
    },
    vulnerability(
      'vulnerabilities: package (severity, type)',
      'finding.package.type == "npm" && finding.level >= 3',
      found({ severity: 'Medium', package: { type: 'npm' } }),
      found({ severity: 'Medium' }),
    ),
    vulnerability(
      'vulnerabilities: cvss_v3_base_score',
      'finding.risk.cvss.v3 >= 7.0',
      found({ cvss: [{ version: '3.0', score: 7.5 }] }),
      found({ cvss: [{ version: '3.0', score: 6.5 }] }),
    ),
    vulnerability(
      'vulnerabilities: cvss_v3_exploitability_score',
      'finding.risk.cvss.exploitability >= 3.0',
      vector('AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N'),
      vector('AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N'),
    ),
    vulnerability(
      'vulnerabilities: cvss_v3_impact_score',
      'finding.risk.cvss.impact >= 5.0',
      vector('AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'),
      vector('AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N'),
    ),
    vulnerability('vulnerabilities: fix_available', 'finding.fix.versions.size() > 0', fix(fixed), fix({})),
    vulnerability(
      'vulnerabilities: vendor_only',
      'finding.level >= 4 && !(finding.fix.state in ["will-not-fix", "end-of-life"])',
      severities('High'),
      found({ severity: 'High', fix: { state: 'will-not-fix' } }),
    ),
    vulnerability(
      'vulnerabilities: max_days_since_creation',
      'finding.ageDays > 30',
      found({ published: '2026-01-01' }),
      found({ published: '2026-08-01' }),
    ),
    vulnerability(
      'vulnerabilities: max_days_since_fix',
      'finding.fix.ageDays > 30',
      fix({ ...fixed, since: '2026-01-01' }),
      fix({ ...fixed, since: '2026-08-01' }),
    ),
    vulnerability(
      'vulnerabilities: package_path_exclude',
      'finding.level >= 4 && !finding.package.path.matches("^/usr/share/doc/")',
      found({ severity: 'High', path: '/app/x.jar' }),
      found({ severity: 'High', path: '/usr/share/doc/x.jar' }),
    ),
    vulnerability(
      'vulnerabilities: blacklist',
      'finding.id in ["CVE-2014-0160", "CVE-2014-6271"]',
      found({ id: 'CVE-2014-0160' }),
      found({ id: 'CVE-2014-0161' }),
    ),
    {
      term: 'vulnerabilities: vulnerability_data_unavailable',
      scope: 'coverage',
      when: 'entry.code == "no-feed"',
      yes: { incomplete: [{ code: 'no-feed' }] },
      no: { incomplete: [{ code: 'link-broken' }] },
    },
    ofImage(
      'vulnerabilities: stale_feed_data (max_days_since_sync)',
      'image.feeds.exists(f, f.confirmedDays > 2)',
      { feeds: [{ name: 'debian-12', confirmed: '2026-08-19' }] },
      { feeds: [{ name: 'debian-12', confirmed: '2026-08-20' }] },
    ),
    {
      term: 'passwd_file: content_not_available',
      scope: 'coverage',
      when: 'entry.path == "/etc/passwd"',
      yes: { incomplete: [{ code: 'file-unreadable', path: '/etc/passwd' }] },
      no: { incomplete: [{ code: 'file-unreadable', path: '/etc/x' }] },
    },
    {
      term: 'secret_scans: content_regex_checks',
      scope: 'secret',
      when: 'secret.kind.startsWith("aws-") && secret.path.glob("/app/*")',
      yes: { secrets: [{ kind: 'aws-access-key', path: '/app/.env' }] },
      no: { secrets: [{ kind: 'aws-access-key', path: '/opt/.env' }] },
    },
    {
      term: 'passwd_file: blacklist_usernames',
      scope: 'user',
      when: 'user.name in ["daemon", "ftp"]',
      yes: user({ name: 'ftp' }),
      no: user({ name: 'app' }),
    },
    {
      term: 'passwd_file: blacklist_userids, groupids',
      scope: 'user',
      when: 'user.uid == 0 && user.name != "root" || user.gid == 0',
      yes: user({ uid: 0 }),
      no: user({ uid: 1000 }),
    },
    {
      term: 'passwd_file: blacklist_shells',
      scope: 'user',
      when: 'user.shell in ["/bin/bash", "/bin/sh"]',
      yes: user({ shell: '/bin/bash' }),
      no: user({ shell: '/sbin/nologin' }),
    },
    {
      term: 'passwd_file: blacklist_full_entry',
      scope: 'user',
      when: 'user.name == "ftp" && user.uid == 21 && user.home == "/var/ftp"',
      yes: user({ name: 'ftp', uid: 21, home: '/var/ftp' }),
      no: user({ name: 'ftp', uid: 22, home: '/var/ftp' }),
    },
    {
      term: 'retrieved_files: content_not_available',
      scope: 'file',
      files: ['/etc/app.conf'],
      when: '!file.contentKnown',
      yes: file({ path: '/etc/app.conf' }),
      no: file({ path: '/etc/app.conf', content: 'x' }),
    },
    {
      term: 'retrieved_files: content_regex',
      scope: 'file',
      files: ['/etc/app.conf'],
      when: '!file.content.matches("(?m)^tls=on$")',
      yes: file({ path: '/etc/app.conf', content: 'tls=off\n' }),
      no: file({ path: '/etc/app.conf', content: 'tls=on\n' }),
    },
    {
      term: 'licenses: blacklist_exact_match',
      scope: 'license',
      when: 'license.ids.exists(id, id in ["AGPL-3.0-only", "SSPL-1.0"])',
      yes: { packages: [{ license: { expression: 'AGPL-3.0-only' } }] },
      no: { packages: [{ license: { expression: 'MIT' } }] },
    },
    {
      term: 'licenses: blacklist_partial_match',
      scope: 'license',
      when: 'license.ids.exists(id, id.contains("GPL"))',
      yes: { packages: [{ license: { expression: 'LGPL-2.1-only' } }] },
      no: { packages: [{ license: { expression: 'MIT' } }] },
    },
    {
      term: 'npms: blacklisted_name_version',
      scope: 'package',
      when: 'pkg.type == "npm" && pkg.name == "event-stream" && pkg.version == "3.3.6"',
      yes: { packages: [{ type: 'npm', name: 'event-stream', version: '3.3.6' }] },
      no: { packages: [{ type: 'npm', name: 'event-stream', version: '4.0.0' }] },
    },
    {
      term: 'ruby_gems: blacklist',
      scope: 'package',
      when: 'pkg.type == "gem" && pkg.name == "rest-client"',
      yes: { packages: [{ type: 'gem', name: 'rest-client' }] },
      no: installed('rest-client'),
    },
    {
      term: 'malware: scans',
      scope: 'malware',
      when: 'finding.package.name == ""',
      yes: found({ kind: 'malware', package: null, path: '/x' }),
      no: found({ kind: 'malware' }),
    },
    ofImage('malware: scan_not_run', '!image.malwareScanned', { malwareScanned: false }, { malwareScanned: true }),
    ofImage(
      'imagecheck: what it is built on',
      '!image.base.known || !image.base.reference.startsWith("registry.example.com/base/")',
      image({ base: { reference: 'debian:12' } }),
      image({ base: { reference: 'registry.example.com/base/debian:12' } }),
    ),
  ],
  Clair: [vulnerability('threshold', 'finding.level >= 4', severities('High'), severities('Medium'))],
  'StackRox image fields': [
    vulnerability(
      'CVE',
      'finding.id.matches("^CVE-2021-44228$")',
      found({ id: 'CVE-2021-44228' }),
      found({ id: 'CVE-2021-44229' }),
    ),
    vulnerability(
      'CVSS, NVD CVSS',
      'finding.risk.cvss.highest >= 7.0',
      found({ cvss: [{ source: 'nvd', score: 8 }] }),
      found({ cvss: [{ source: 'nvd', score: 5 }] }),
    ),
    vulnerability('Severity', 'finding.severity == "Critical"', severities('Critical'), severities('Low')),
    vulnerability(
      'Fixable, Fixed By',
      'finding.fix.versions.exists(v, v.startsWith("2."))',
      fix(fixed),
      fix({ state: 'fixed', versions: ['3.0'] }),
    ),
    vulnerability(
      'Days Since CVE Was Published',
      'finding.ageDays >= 10',
      found({ published: '2026-08-01' }),
      found({ published: '2026-08-20' }),
    ),
    vulnerability(
      'Days Since Fix Was Available',
      'finding.fix.ageDays >= 10',
      fix({ ...fixed, since: '2026-08-01' }),
      fix({ ...fixed, since: '2026-08-20' }),
    ),
    vulnerability(
      'Days Since First Discovered',
      'finding.firstSeenDays >= 10',
      found({ firstSeen: '2026-08-01' }),
      found({ firstSeen: '2026-08-20' }),
    ),
    {
      term: 'Dockerfile Line',
      scope: 'instruction',
      when: 'line.instruction == "CMD" && line.text.matches("bash")',
      yes: dockerfile('CMD ["bash"]'),
      no: dockerfile('CMD ["node"]'),
    },
    ofImage(
      'Image Age',
      'image.ageDays > 90',
      image({ created: '2026-01-01T00:00:00Z' }),
      image({ created: '2026-08-01T00:00:00Z' }),
    ),
    ofImage('Image Signature Verified By', 'image.signaturesKnown && !image.signed', { signatures: [] }, {}),
    ofImage('Image Scan Age', 'image.seenDays > 7', { scannedAt: '2026-08-01' }, { scannedAt: '2026-08-20' }),
    {
      term: 'Image Component',
      scope: 'package',
      when: 'pkg.name.matches("^(wget|curl)$")',
      yes: installed('wget'),
      no: installed('bash'),
    },
    ofImage('Image OS', 'image.distro.id == "alpine"', image({ distro: { id: 'alpine', version: '3.20' } }), {}),
    ofImage(
      'Image Registry',
      '!(image.registry in ["registry.example.com"])',
      image({ reference: 'docker.io/library/nginx' }),
      {},
    ),
    ofImage('Image Remote', 'image.repository.startsWith("library/")', image({ reference: 'nginx:1' }), {}),
    ofImage('Image Tag', 'image.tag == "latest"', image({ reference: 'nginx' }), image({ reference: 'nginx:1.25' })),
    ofConfig('Image User', 'config.user in ["", "0", "root"]', config({ user: '' }), config({ user: '1000' })),
    ofConfig('Required Image Label', '!has(config.labels.owner)', config({}), config({ labels: { owner: 'x' } })),
    ofConfig(
      'Disallowed Image Label',
      'config.labels.exists(l, l.startsWith("debug."))',
      config({ labels: { 'debug.x': '' } }),
      config({ labels: { owner: 'x' } }),
    ),
    ofConfig(
      'Environment Variable',
      'config.variables.exists(n, n == "TOKEN" && config.variables[n] != "")',
      config({ env: ['TOKEN=x'] }),
      config({ env: ['TOKEN='] }),
    ),
    ofConfig(
      'Exposed Port, Protocol',
      '22 in config.tcpPorts',
      config({ exposedPorts: ['22/tcp'] }),
      config({ exposedPorts: ['22/udp'] }),
    ),
    {
      term: 'Unscanned Image',
      scope: 'coverage',
      when: 'entry.code in ["distro-unknown", "platform-unread"]',
      yes: { incomplete: [{ code: 'platform-unread' }] },
      no: {},
    },
  ],
  'Beyond them': [
    ofImage(
      'limits per package instead of per vulnerability (`per: package`)',
      'image.counts.total > 1',
      severities('High', 'Low'),
      severities('High'),
    ),
    vulnerability(
      "the base image's findings apart from one's own",
      'finding.level >= 4 && !finding.inBase',
      found({ severity: 'High', inBase: false }),
      { ...found({ severity: 'High', inBase: true }), image: { base: { reference: 'debian:12' } } },
    ),
    vulnerability(
      'days since it could be repaired, else since it is known',
      'finding.knownDays >= 30',
      found({ published: '2026-01-01' }),
      found({ published: '2026-01-01', fix: { ...fixed, since: '2026-08-10' } }),
    ),
    vulnerability(
      'new against a baseline',
      'finding.isNew && finding.level >= 3',
      found({ severity: 'Medium', isNew: true }),
      found({ severity: 'Medium', isNew: false }),
    ),
    vulnerability('risk score', 'finding.risk.score >= 80.0', risk({ score: 91 }), risk({ score: 20 })),
    ofImage(
      'share of executables that a package answers for',
      'image.coverage.executables.files > 0 && 100 * image.coverage.executables.ownedFiles / image.coverage.executables.files < 90',
      { coverage: { executables: { files: 10, ownedFiles: 5 } } },
      { coverage: { executables: { files: 10, ownedFiles: 10 } } },
    ),
    ofImage(
      'age of the data of a feed, as upstream says it',
      'image.feeds.exists(f, f.name.startsWith("debian-") && f.dataDays > 10)',
      { feeds: [{ name: 'debian-12', confirmed: '2026-08-22', data: '2026-08-01' }] },
      { feeds: [{ name: 'debian-12', confirmed: '2026-08-22', data: '2026-08-20' }] },
    ),
    ofImage(
      'only images of these registries, on these bases',
      '!(image.registry in ["registry.example.com"]) || !image.base.known || !image.base.reference.startsWith("registry.example.com/base/")',
      image({ base: { reference: 'debian:12' } }),
      image({ base: { reference: 'registry.example.com/base/debian:12' } }),
    ),
    ofImage(
      'all of these packages, and none of those',
      '!["tini", "ca-certificates"].all(name, packages.exists(p, p.name == name)) || packages.exists(p, p.name == "curl")',
      installed('tini'),
      installed('tini', 'ca-certificates'),
    ),
    ofImage(
      'end of life',
      'image.distro.pastEndOfLife',
      image({ distro: { id: 'debian', version: '10', endOfLife: '2024-06-30' } }),
      {},
    ),
    ofImage(
      'package managers and shells',
      'image.packageManagers.size() > 0 || "bash" in image.shells',
      { packageManagers: ['apk'] },
      { shells: ['sh'] },
    ),
  ],
};
