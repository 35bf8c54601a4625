import {
  expiryWarning,
  fetching,
  filters,
  folder,
  heldAgainst,
  inJob,
  inventoryFormats,
  inWords,
  judgedAgain,
  judging,
  malware,
  noUpdate,
  ofKeys,
  ofReports,
  output,
  reading,
  registries,
  reportFormat,
  reportFormats,
  run,
  signedBy,
  signing,
  storage,
  tableOrJson,
  template,
  textOrJson,
  trusting,
} from './command-options.ts';
import { policyCommands } from './policy-commands.ts';
import type { OptionSpec } from './settings.ts';

/** What every command gets besides its options. */
export interface CommandContext {
  readonly signal: AbortSignal;
  /** Before results are written: throws when the run was interrupted or its time is over, also where no timer could fire. */
  stopIfOver(): void;
  readonly version: string;
}

/** A command's work, loaded when it runs. Returns the exit code. */
type CommandRun = (args: string[], options: Record<string, unknown>, context: CommandContext) => Promise<number>;

export interface CommandSpec {
  /** `db build`, `scan <image>` */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** what follows its first argument is another tool's command line, and none of ours */
  readonly wordsAsTheyAre?: true;
  load(): Promise<CommandRun>;
}

/** Every command: what the help and docs/reference/cli.md are made of. */
export const commands: readonly CommandSpec[] = [
  {
    usage: 'scan <image>',
    description: 'list what is inside an image, match it against advisories, judge it by a policy',
    options: [
      reportFormat,
      template,
      ...judging,
      {
        flags: '--base-candidate <image>',
        description:
          'an image that this one could be built on instead, judged on it to say what to change; "base": what it is built on, as that is today; repeatable',
        repeat: true,
      },
      {
        flags: '--container <file>',
        description: 'what docker inspect prints of containers of the image, for rules about how it is run; repeatable',
        repeat: true,
        takes: 'path',
      },
      ...malware,
      ...signedBy,
      ...filters,
      ...inJob,
      ...reading,
      ...registries,
      ...storage,
      ...fetching,
      noUpdate,
      ...run,
    ],
    examples: [
      'plimsoll scan app.tar',
      'plimsoll scan docker:app:1 --format table --format html=report.html --fail-on High',
    ],
    load: async () => (await import('./commands/scan.ts')).runScan,
  },
  {
    usage: 'sbom <image>',
    description: 'list what is inside an image',
    options: [
      {
        flags: '--format <name[=file]>',
        description: `${inWords(inventoryFormats)}; repeatable (default: json)`,
        repeat: true,
        takes: 'report',
        words: inventoryFormats,
      },
      ...reading,
      ...registries,
      ...fetching.filter((o) => o.flags === '--offline'),
      ...storage.filter((o) => o.flags.startsWith('--at')),
      ...run,
    ],
    examples: ['plimsoll sbom app.tar --format cyclonedx=app.cdx.json'],
    load: async () => (await import('./commands/sbom.ts')).runSbom,
  },
  {
    usage: 'explain <result> <id>',
    description: 'tell why a vulnerability is in a result of scan (--format json), or why it is not',
    options: [textOrJson, ...folder, ...run],
    examples: ['plimsoll explain result.json CVE-2024-3094'],
    load: async () => (await import('./commands/explain.ts')).runExplain,
  },
  {
    usage: 'report <result>',
    description: 'render what scan --format json wrote',
    options: [reportFormat, template, ...filters, ...run],
    examples: [
      'plimsoll report result.json',
      'plimsoll report result.json --format html=report.html --format sarif=report.sarif --severity High',
    ],
    load: async () => (await import('./commands/report.ts')).runReport,
  },
  {
    usage: 'replay <result>',
    description:
      'judge again what a scan saw (--format json): as it was judged, or with another day, policy or advisories',
    options: [
      {
        flags: '--format <name[=file]>',
        description: `difference, difference-json (what changed, and why), ${inWords(reportFormats)}; repeatable (default: difference)`,
        repeat: true,
        takes: 'report',
        words: ['difference', 'difference-json', ...reportFormats],
        flagOnly: ofReports,
      },
      template,
      ...judgedAgain,
      ...filters,
      ...registries,
      ...fetching,
      noUpdate,
      ...run,
    ],
    examples: [
      'plimsoll replay result.json',
      'plimsoll replay result.json --at 2026-08-22 --format difference --format json=then.json',
      'plimsoll replay result.json --policy stricter.yaml',
    ],
    load: async () => (await import('./commands/replay.ts')).runReplay,
  },
  {
    usage: 'db build',
    description: 'make advisory shards from the upstream feeds or a mirror of them',
    options: [
      ...folder,
      { flags: '--as-of <date>', description: 'date of the confirmation, YYYY-MM-DD (default: today, UTC)' },
      { flags: '--only <shard>', description: 'build only this shard; repeatable', repeat: true },
      {
        flags: '--jobs <n>',
        description: 'feeds that are read at a time, some 250 MB each (default: 2, 1 on one core)',
      },
      ...fetching.slice(0, 1),
      signing,
      ...run,
    ],
    examples: ['plimsoll db build', 'plimsoll db build --mirror /srv/mirror --only debian-12'],
    load: async () => (await import('./commands/db.ts')).runDbBuild,
  },
  {
    usage: 'db update',
    description: 'bring the shards that are there up to date',
    options: [...folder, ...fetching.slice(0, 6), ...registries, ...run],
    examples: ['plimsoll db update'],
    load: async () => (await import('./commands/db.ts')).runDbUpdate,
  },
  {
    usage: 'db status',
    description: 'list the shards, and which are stale',
    options: [...storage, tableOrJson, ...run],
    examples: ['plimsoll db status --max-db-age 2'],
    load: async () => (await import('./commands/db.ts')).runDbStatus,
  },
  {
    usage: 'db push <reference...>',
    description: 'put the catalog and its shards into registries',
    options: [...folder, signing, ...registries, ...run],
    examples: ['plimsoll db push registry.example.com/team/advisories:latest --sign-key key.pem'],
    load: async () => (await import('./commands/db-distribution.ts')).runDbPush,
  },
  {
    usage: 'db pull <catalog>',
    description: 'fetch a whole catalog: of a registry, a web server or a folder',
    options: [...folder, ...fetching.slice(2, 6), ...registries, ...run],
    examples: ['plimsoll db pull oci://registry.example.com/team/advisories --db-dir advisories'],
    load: async () => (await import('./commands/db-distribution.ts')).runDbPull,
  },
  {
    usage: 'db diff <before> <after>',
    description: 'which shards and records differ between two catalogs',
    options: [...fetching.slice(2, 6), ...registries, tableOrJson, ...run],
    examples: ['plimsoll db diff advisories https://plimsoll.example.com/advisories'],
    load: async () => (await import('./commands/db-distribution.ts')).runDbDiff,
  },
  {
    usage: 'db gc',
    description: 'remove old catalogs and what only they name',
    options: [
      ...folder,
      { flags: '--keep-days <days>', description: 'how long an old catalog stays addressable (default: 14)' },
      ...run,
    ],
    examples: ['plimsoll db gc --keep-days 3'],
    load: async () => (await import('./commands/db-distribution.ts')).runDbGc,
  },
  {
    usage: 'diff <before> <after>',
    description: 'say which inputs and findings differ between two results, and why',
    options: [textOrJson, ...run],
    examples: ['plimsoll diff yesterday.json today.json'],
    load: async () => (await import('./commands/diff.ts')).runDiff,
  },
  {
    usage: 'vex <result>',
    description: 'write the exceptions that were applied as a VEX document',
    options: [
      {
        flags: '--format <name[=file]>',
        description: 'openvex, csaf or cyclonedx; repeatable (default: openvex)',
        repeat: true,
        takes: 'report',
        words: ['openvex', 'csaf', 'cyclonedx'],
        flagOnly: ofReports,
      },
      { flags: '--author <name>', description: 'who says so' },
      { flags: '--namespace <url>', description: 'URL of who says so, for CSAF' },
      ...run,
    ],
    examples: ['plimsoll vex result.json --author team-web --format openvex=app.openvex.json'],
    load: async () => (await import('./commands/vex.ts')).runVex,
  },
  {
    usage: 'attest <result>',
    description: 'sign a result of scan (--format json) and hang it to its image in the registry',
    options: [
      {
        flags: '--key <file>',
        description: 'private key (PEM: Ed25519, ECDSA, RSA) that signs',
        takes: 'path',
        flagOnly: ofKeys,
      },
      {
        flags: '--keyless',
        description: 'sign with a certificate of a Sigstore instance for whoever the identity token names',
        flagOnly: 'in whose name is signed is said each time, as --key is',
      },
      {
        flags: '--identity-token <file>',
        description: "OpenID Connect token (default: SIGSTORE_ID_TOKEN, else GitHub's own of the job)",
        takes: 'path',
      },
      { flags: '--fulcio-url <url>', description: 'certificate authority (default: https://fulcio.sigstore.dev)' },
      { flags: '--rekor-url <url>', description: 'transparency log (default: https://rekor.sigstore.dev)' },
      { flags: '--image <reference>', description: 'where the image is (default: where the result has it from)' },
      { flags: '--output <file>', description: 'also write the Sigstore bundle there', takes: 'path' },
      { flags: '--no-push', description: 'do not hang it to the image' },
      ...registries,
      ...run,
    ],
    examples: ['plimsoll attest result.json --key cosign.pem --image registry.example.com/team/app:1.0'],
    load: async () => (await import('./commands/attest.ts')).runAttest,
  },
  {
    usage: 'verify <image>',
    description: 'say whether an image in a registry may pass by what is attested for it; 1 when not',
    options: [
      ...trusting,
      {
        flags: '--bundle <file>',
        description: 'Sigstore bundle that is looked at instead of those at the image; repeatable',
        repeat: true,
        takes: 'path',
        flagOnly: 'it is of one image',
      },
      ...reading.filter((o) => o.flags.startsWith('--platform')),
      ...storage.filter((o) => o.flags.startsWith('--at')),
      textOrJson,
      ...registries,
      ...run,
    ],
    examples: ['plimsoll verify registry.example.com/team/app:1.0 --key cosign.pub --max-age 7'],
    load: async () => (await import('./commands/verify.ts')).runVerify,
  },
  {
    usage: 'promote <source> <destination>',
    description: 'copy an image to a registry, with its signatures, attestations and SBOMs, only if it passes',
    options: [
      {
        flags: '--attestation',
        description: 'let what is attested for it decide, as verify does, instead of a scan now',
        flagOnly: 'what decides over a copy is said each time',
      },
      ...trusting,
      reportFormat,
      template,
      ...judging.filter((o) => !o.flags.startsWith('--no-gate')),
      ...malware,
      ...signedBy,
      ...filters,
      ...inJob,
      ...reading,
      ...registries,
      ...storage,
      ...fetching.filter((o) => o.flags !== '--offline'),
      noUpdate,
      ...run,
    ],
    examples: [
      'plimsoll promote registry.example.com/staging/app:1.0 registry.example.com/prod/app:1.0',
      'plimsoll promote docker-archive:app.tar registry.example.com/prod/app:1.0 --policy cis-docker',
      'plimsoll promote r.example.com/staging/app:1 r.example.com/prod/app:1 --attestation --key cosign.pub --max-age 1',
    ],
    load: async () => (await import('./commands/promote.ts')).runPromote,
  },
  {
    usage: 'exceptions convert <file...>',
    description: "write exceptions, also other tools' files, as one file of ours",
    options: [
      { flags: '--owner <name>', description: 'of those that say none' },
      { flags: '--expires <date>', description: 'last day of those that have no end, YYYY-MM-DD' },
      output,
      ...run,
    ],
    examples: ['plimsoll exceptions convert .trivyignore --owner team-web --expires 2026-12-31 > exceptions.yaml'],
    load: async () => (await import('./commands/exceptions.ts')).runExceptionsConvert,
  },
  {
    usage: 'exceptions check <file...>',
    description: 'say which exceptions are expired, too broad, contradicting or unused; 1 when one is',
    options: [...heldAgainst, expiryWarning, textOrJson, ...run],
    examples: ['plimsoll exceptions check exceptions.yaml --result result.json'],
    load: async () => (await import('./commands/exceptions.ts')).runExceptionsCheck,
  },
  {
    usage: 'exceptions prune <file>',
    description: 'take out what is expired and, of results that are given, what none of them needs',
    options: [...heldAgainst, output, ...run],
    examples: ['plimsoll exceptions prune exceptions.yaml --result app.json --result web.json'],
    load: async () => (await import('./commands/exceptions.ts')).runExceptionsPrune,
  },
  ...policyCommands,
  {
    usage: 'versions compare <scheme> <a> <b>',
    description: 'print <, = or > and why',
    options: run,
    examples: ['plimsoll versions compare deb 1.1.1n-0+deb11u3 1.1.1n-0+deb11u4'],
    load: async () => (await import('./commands/versions.ts')).runCompare,
  },
  {
    usage: 'versions check <scheme> <file>',
    description: 'check lines of A<TAB>OP<TAB>B; 1 when one disagrees',
    options: run,
    examples: ['plimsoll versions check deb vectors.txt'],
    load: async () => (await import('./commands/versions.ts')).runCheck,
  },
  {
    usage: 'compat <tool> [arguments...]',
    description: 'scan as another tool would: with its command line, its reports and its exit codes',
    options: [],
    examples: ['plimsoll compat clair-scanner -t High -w whitelist.yaml -r report.json app:1'],
    wordsAsTheyAre: true,
    load: async () => (await import('./commands/compat.ts')).runCompat,
  },
  {
    usage: 'config [command...]',
    description: 'print the settings of a command (default: scan), and where each comes from',
    options: [tableOrJson, ...run],
    examples: ['plimsoll config', 'plimsoll config db build --format json'],
    load: async () => (await import('./commands/config.ts')).runConfig,
  },
  {
    usage: 'completion <shell>',
    description: 'print the script that completes commands, flags and their values in bash, zsh or fish',
    options: run,
    examples: [
      'source <(plimsoll completion bash)',
      'plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish',
    ],
    load: async () => (await import('./commands/completion.ts')).runCompletion,
  },
];

/** Every long flag of every command: the keys of a settings file. */
export const settingNames: readonly string[] = [
  ...new Set(commands.flatMap((c) => c.options.map((o) => /--([a-z-]+)/.exec(o.flags)?.[1] ?? ''))),
].filter((name) => name !== 'config');

/** Of commands of two words, what the first is for. */
export const groupDescriptions: Record<string, string> = {
  db: 'build, update and inspect the advisory database',
  exceptions: 'convert, check and prune exceptions files',
  policy: 'check, list, test and explain policies',
  versions: 'compare versions as each ecosystem does',
};
