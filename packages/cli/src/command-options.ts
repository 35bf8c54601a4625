import { type OptionSpec, seconds } from './settings.ts';

export const inventoryFormats = ['json', 'cyclonedx', 'cyclonedx-1.5', 'spdx', 'spdx-tag-value'];
export const reportFormats: readonly string[] = [
  'table',
  'html',
  ...inventoryFormats,
  'sarif',
  'gitlab',
  'gitlab-codequality',
  'junit',
  'csv',
  'markdown',
  'markdown-summary',
  'clair',
  'compliance',
  'zip',
];
const severityNames = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'];
const jobNames = ['auto', 'gitlab', 'github', 'none'];
const stageNames = ['pipeline', 'registry', 'admission', 'runtime'];
export const packWords = [
  'default',
  'best-practices',
  'cis-docker',
  'nist-800-190',
  'pci-dss-4',
  'licenses',
  'qualys-risk-index',
  'sysdig-best-practices',
  'sysdig-inline-scan',
  'clair-threshold',
];
const factWords = ['config', 'dockerfile', 'files', 'licenses', 'programs', 'secrets', 'users'];
const kindNames = ['vulnerability', 'malware', 'secret', 'misconfiguration', 'license', 'end-of-life'];

/** `a, b or c` */
export function inWords(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

export const run: readonly OptionSpec[] = [
  { flags: '--timeout <seconds>', description: 'end with 3 when the whole run takes longer', check: seconds },
  { flags: '--quiet', description: 'no progress and no notes on standard error' },
  {
    flags: '--config <file>',
    description: 'settings file (default: plimsoll.yaml here or in a folder above)',
    takes: 'path',
  },
];

export const storage: readonly OptionSpec[] = [
  { flags: '--db-dir <dir>', description: 'where advisories are kept', takes: 'path' },
  { flags: '--at <date>', description: 'evaluation date, YYYY-MM-DD (default: today, UTC)' },
  { flags: '--max-db-age <days>', description: 'oldest confirmation of advisories that is still fresh (default: 5)' },
];

export const fetching: readonly OptionSpec[] = [
  {
    flags: '--mirror <url|dir>',
    description: 'asked instead of every upstream host; repeatable',
    repeat: true,
    takes: 'path',
  },
  {
    flags: '--catalog <url|dir>',
    description: 'ready-made shards instead of building them: a folder, https://… or oci://REF',
  },
  {
    flags: '--catalog-key <file>',
    description: 'public key (PEM) that must have signed the catalog; repeatable',
    repeat: true,
    takes: 'path',
  },
  {
    flags: '--catalog-trusted-root <file>',
    description: 'trusted_root.json of the Sigstore instance that certifies who signed the catalog',
    takes: 'path',
  },
  {
    flags: '--catalog-identity <pattern>',
    description: 'whom such a certificate has to name, * for any run of characters; repeatable',
    repeat: true,
  },
  { flags: '--catalog-issuer <url>', description: 'who must have vouched for that identity' },
  { flags: '--offline', description: 'never open a connection' },
];

export const folder = storage.filter((o) => o.flags.startsWith('--db-dir'));

export const signing: OptionSpec = {
  flags: '--sign-key <file>',
  description: 'private key (PEM) that signs the catalog',
  takes: 'path',
};

export const reading: readonly OptionSpec[] = [
  {
    flags: '--platform <os/arch|all>',
    description: "platform of an image index, or all of them (default: the host's)",
  },
  {
    flags: '--base <image>',
    description:
      'the image that it was built on: which findings are of that and which its own (default: what it says itself)',
  },
  {
    flags: '--facts <name,...|all>',
    description: `gather facts whether or not a rule names them: ${factWords.join(', ')}; repeatable`,
    repeat: true,
    words: [...factWords, 'all'],
  },
  { flags: '--cache-dir <dir>', description: 'where layer analyses are kept', takes: 'path' },
  {
    flags: '--cache-size <size>',
    description: 'most that layer analyses may take, such as 2G; the least recently used go first (default: 512M)',
  },
  { flags: '--no-cache', description: 'neither read nor write layer analyses' },
];

export const ofReports = '`format` as a setting names the reports of scan';
export const ofKeys = 'attest takes a private key, verify and promote public ones';

/** Of commands whose own output it shapes: the settings of `scan` have no say in it. */
export const tableOrJson: OptionSpec = {
  flags: '--format <name[=file]>',
  description: 'table or json; repeatable (default: table)',
  repeat: true,
  takes: 'report',
  words: ['table', 'json'],
  flagOnly: ofReports,
};

export const registries: readonly OptionSpec[] = [
  {
    flags: '--registry-ca <file>',
    description: 'certificates (PEM) of authorities that registries are trusted by, beside the known ones; repeatable',
    repeat: true,
    takes: 'path',
  },
  {
    flags: '--registry-mirror <host=url>',
    description: 'asked before this registry; a URL alone is for docker.io; repeatable',
    repeat: true,
  },
  {
    flags: '--insecure-registry <host>',
    description: 'registry that may do without TLS or with an unknown certificate; repeatable',
    repeat: true,
  },
  {
    flags: '--registry-inside <host>',
    description: 'host or network of your own to which a registry elsewhere may lead; repeatable',
    repeat: true,
  },
];

export const reportFormat: OptionSpec = {
  flags: '--format <name[=file]>',
  description: `${inWords(reportFormats)}; repeatable (default: table)`,
  repeat: true,
  takes: 'report',
  words: reportFormats,
};

export const template: OptionSpec = {
  flags: '--template <file>',
  description: 'a report of your own: what --format template[=file] writes',
  takes: 'path',
};

/** They change what people read, never what is judged. */
export const filters: readonly OptionSpec[] = [
  { flags: '--severity <severity>', description: 'show findings of at least this severity', words: severityNames },
  { flags: '--only-fixed', description: 'show only findings that have a fix' },
  {
    flags: '--exploitable',
    description: 'show only findings known to be exploited, with a public exploit, or malicious',
  },
  {
    flags: '--kind <kind>',
    description: 'show only findings of this kind; repeatable',
    repeat: true,
    words: kindNames,
  },
];

export const parameters: OptionSpec = {
  flags: '--set <name=value>',
  description: 'value of a policy parameter (threshold=20); repeatable',
  repeat: true,
};

export const expiryWarning: OptionSpec = {
  flags: '--expiry-warning <days>',
  description: 'name exceptions as lapsing that end within so many days (default: 14)',
};

export const heldAgainst: readonly OptionSpec[] = [
  {
    flags: '--result <file>',
    description: 'result of scan (--format json) that the exceptions are held against; repeatable',
    repeat: true,
    takes: 'path',
  },
  ...storage.filter((o) => o.flags.startsWith('--at')),
];

export const textOrJson: OptionSpec = {
  ...tableOrJson,
  description: 'text or json; repeatable (default: text)',
  words: ['text', 'json'],
};

export const output: OptionSpec = { flags: '--output <file>', description: 'where the text goes', takes: 'path' };

/** How a scan speaks to the job that it runs in; none of it changes a verdict. */
export const inJob: readonly OptionSpec[] = [
  {
    flags: '--job <name>',
    description: `how the table speaks to the log that it stands in: ${inWords(jobNames)} (default: auto)`,
    words: jobNames,
  },
  {
    flags: '--comment',
    description:
      'write the verdict as a comment on the merge or pull request of the job, or update the one that is there',
  },
];

/** Where files are scanned for malware. */
export const malware: readonly OptionSpec[] = [
  {
    flags: '--clamd <socket|host:port>',
    description: 'also stream every file of up to 25 MiB to this ClamAV daemon (default: no malware scan)',
  },
  {
    flags: '--clamd-timeout <seconds>',
    description: 'how long all its answers together may take; files that are left are incomplete (default: 600)',
    check: seconds,
  },
];

/** Whose signature under a judgement counts, and which judgements. */
export const trusting: readonly OptionSpec[] = [
  {
    flags: '--key <file>',
    description: 'public key (PEM) whose signatures count; repeatable',
    repeat: true,
    takes: 'path',
    flagOnly: ofKeys,
  },
  {
    flags: '--trusted-root <file>',
    description: 'trusted_root.json of the Sigstore instance whose certificates count',
    takes: 'path',
  },
  {
    flags: '--certificate-identity <text>',
    description: 'whom the certificate must name, * for any run of characters',
  },
  { flags: '--certificate-oidc-issuer <url>', description: 'who must have vouched for that identity' },
  {
    flags: '--require-policy <name|digest>',
    description: 'policy that must have judged it; repeatable',
    repeat: true,
  },
  { flags: '--max-age <days>', description: 'oldest judgement that still counts (default: any)' },
];

/** Whose signatures under an image count as facts that a policy can ask for. */
export const signedBy: readonly OptionSpec[] = [
  {
    flags: '--signature-key <file>',
    description: 'public key (PEM) whose signatures under the image count; repeatable (default: none is looked for)',
    repeat: true,
    takes: 'path',
  },
  {
    flags: '--signature-trusted-root <file>',
    description: 'trusted_root.json of the Sigstore instance whose certificates under the image count',
    takes: 'path',
  },
  {
    flags: '--signature-identity <pattern>',
    description: 'whom such a certificate has to name, * for any run of characters; repeatable',
    repeat: true,
  },
  { flags: '--signature-issuer <url>', description: 'who must have vouched for that identity' },
];

/** What an image is judged by: of a scan, and of what it found earlier. */
export const judging: readonly OptionSpec[] = [
  {
    flags: '--policy <pack|file>',
    description: 'policy to judge by; repeatable (default: default)',
    repeat: true,
    takes: 'pack',
    words: packWords,
  },
  parameters,
  {
    flags: '--exceptions <file>',
    description: 'findings that are excused, by whom and until when; repeatable',
    repeat: true,
    takes: 'path',
  },
  {
    flags: '--fail-on <severity>',
    description: 'also deny every vulnerability of at least this severity',
    words: severityNames,
  },
  {
    flags: '--vex <file>',
    description: 'VEX document (OpenVEX, CSAF or CycloneDX) whose statements are taken; repeatable',
    repeat: true,
    takes: 'path',
  },
  expiryWarning,
  {
    flags: '--baseline <result|image|base>',
    description:
      'earlier result (--format json), an image with its prefix (registry:app:1.0) or the base image (--base): what it has does not close the gate',
    takes: 'result',
  },
  {
    flags: '--severity-order <sources>',
    description:
      'whose severity counts, from first to last (without it distro,nvd,cisa-vulnrichment,github); the others come after; repeatable',
    repeat: true,
  },
  { flags: '--no-gate', description: 'end with 0 where the policy alone would give 1' },
  {
    flags: '--distro <id:version>',
    description: "judge a derivative by the advisories of this release, such as debian:12 (default: the image's own)",
  },
  { flags: '--stage <stage>', description: `${inWords(stageNames)} (default: pipeline)`, words: stageNames },
];

export const noUpdate: OptionSpec = { flags: '--no-update', description: 'do not bring advisories up to date' };

/** A replay reads no image. */
const storedBaseline = {
  flags: '--baseline <file>',
  description: 'another earlier result that it is held against (default: as the result was judged)',
  takes: 'path',
} as const;

/** What a stored result is judged by: as it was, unless the options say otherwise. */
export const judgedAgain: readonly OptionSpec[] = [...judging, ...storage].map((option) => {
  if (option.flags.startsWith('--db-dir') || option.flags.startsWith('--no-gate')) return option;
  if (option.flags.startsWith('--baseline')) return { ...option, ...storedBaseline };
  const description = option.description.replace(/ \(default: [^)]*\)$/, '');
  return { ...option, description: `${description} (default: as the result was judged)` };
});
