import { Command, CommanderError, Option } from 'commander';
import { exitCodes, TimedOut, UsageError } from './exit.ts';
import { type OptionSpec, resolveSettings, seconds } from './settings.ts';

/** What every command gets besides its options. */
export interface CommandContext {
  readonly signal: AbortSignal;
  /** Before results are written: throws when the run was interrupted or its time is over, also where no timer could fire. */
  stopIfOver(): void;
  readonly version: string;
}

/** A command's work, loaded when it runs. Returns the exit code. */
type CommandRun = (args: string[], options: Record<string, unknown>, context: CommandContext) => Promise<number>;

interface CommandSpec {
  /** `db build`, `scan <image>` */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  load(): Promise<CommandRun>;
}

const inventoryFormats = ['json', 'cyclonedx', 'cyclonedx-1.5', 'spdx', 'spdx-tag-value'];
const reportFormats: readonly string[] = [
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
const stageNames = ['pipeline', 'registry', 'admission', 'runtime'];
const packWords = [
  'default',
  'best-practices',
  'cis-docker',
  'nist-800-190',
  'pci-dss-4',
  'licenses',
  'qualys-risk-index',
  'sysdig-best-practices',
  'clair-threshold',
];
const factWords = ['config', 'dockerfile', 'files', 'licenses', 'programs', 'secrets', 'users'];
const kindNames = ['vulnerability', 'malware', 'secret', 'misconfiguration', 'license', 'end-of-life'];

/** `a, b or c` */
function inWords(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

const run: readonly OptionSpec[] = [
  { flags: '--timeout <seconds>', description: 'end with 3 when the whole run takes longer', check: seconds },
  { flags: '--quiet', description: 'no progress and no notes on standard error' },
  {
    flags: '--config <file>',
    description: 'settings file (default: plimsoll.yaml here or in a folder above)',
    takes: 'path',
  },
];

const storage: readonly OptionSpec[] = [
  { flags: '--db-dir <dir>', description: 'where advisories are kept', takes: 'path' },
  { flags: '--at <date>', description: 'evaluation date, YYYY-MM-DD (default: today, UTC)' },
  { flags: '--max-db-age <days>', description: 'oldest confirmation of advisories that is still fresh (default: 5)' },
];

const fetching: readonly OptionSpec[] = [
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
  { flags: '--offline', description: 'never open a connection' },
];

const folder = storage.filter((o) => o.flags.startsWith('--db-dir'));

const signing: OptionSpec = {
  flags: '--sign-key <file>',
  description: 'private key (PEM) that signs the catalog',
  takes: 'path',
};

const reading: readonly OptionSpec[] = [
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

/** Of commands whose own output it shapes: the settings of `scan` have no say in it. */
const tableOrJson: OptionSpec = {
  flags: '--format <name[=file]>',
  description: 'table or json; repeatable (default: table)',
  repeat: true,
  takes: 'report',
  words: ['table', 'json'],
  flagOnly: true,
};

const registries: readonly OptionSpec[] = [
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
];

const reportFormat: OptionSpec = {
  flags: '--format <name[=file]>',
  description: `${inWords(reportFormats)}; repeatable (default: table)`,
  repeat: true,
  takes: 'report',
  words: reportFormats,
};

const template: OptionSpec = {
  flags: '--template <file>',
  description: 'a report of your own: what --format template[=file] writes',
  takes: 'path',
};

/** They change what people read, never what is judged. */
const filters: readonly OptionSpec[] = [
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

const expiryWarning: OptionSpec = {
  flags: '--expiry-warning <days>',
  description: 'name exceptions as lapsing that end within so many days (default: 14)',
};

const heldAgainst: readonly OptionSpec[] = [
  {
    flags: '--result <file>',
    description: 'result of scan (--format json) that the exceptions are held against; repeatable',
    repeat: true,
    takes: 'path',
  },
  ...storage.filter((o) => o.flags.startsWith('--at')),
];

const textOrJson: OptionSpec = {
  ...tableOrJson,
  description: 'text or json; repeatable (default: text)',
  words: ['text', 'json'],
};

const output: OptionSpec = { flags: '--output <file>', description: 'where the text goes', takes: 'path' };

/** Every command: what the help and docs/reference/cli.md are made of. */
export const commands: readonly CommandSpec[] = [
  {
    usage: 'scan <image>',
    description: 'list what is inside an image, match it against advisories, judge it by a policy',
    options: [
      reportFormat,
      template,
      {
        flags: '--policy <pack|file>',
        description: 'policy to judge by; repeatable (default: default)',
        repeat: true,
        takes: 'pack',
        words: packWords,
      },
      {
        flags: '--set <name=value>',
        description: 'value of a policy parameter (threshold=20); repeatable',
        repeat: true,
      },
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
        flags: '--baseline <file>',
        description: 'earlier result (--format json): what it has found does not close the gate',
        takes: 'path',
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
        description:
          "judge a derivative by the advisories of this release, such as debian:12 (default: the image's own)",
      },
      {
        flags: '--clamd <socket|host:port>',
        description: 'also stream every file of up to 25 MiB to this ClamAV daemon (default: no malware scan)',
      },
      { flags: '--stage <stage>', description: `${inWords(stageNames)} (default: pipeline)`, words: stageNames },
      ...filters,
      ...reading,
      ...registries,
      ...storage,
      ...fetching,
      { flags: '--no-update', description: 'do not bring advisories up to date' },
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
    options: [
      { flags: '--format <name[=file]>', description: 'text or json; repeatable (default: text)', repeat: true },
      ...folder,
      ...run,
    ],
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
    usage: 'db build',
    description: 'make advisory shards from the upstream feeds or a mirror of them',
    options: [
      ...folder,
      { flags: '--as-of <date>', description: 'date of the confirmation, YYYY-MM-DD (default: today, UTC)' },
      { flags: '--only <shard>', description: 'build only this shard; repeatable', repeat: true },
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
    options: [...folder, ...fetching.slice(0, 3), ...registries, ...run],
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
    options: [...folder, ...fetching.slice(2, 3), ...registries, ...run],
    examples: ['plimsoll db pull oci://registry.example.com/team/advisories --db-dir advisories'],
    load: async () => (await import('./commands/db-distribution.ts')).runDbPull,
  },
  {
    usage: 'db diff <before> <after>',
    description: 'which shards and records differ between two catalogs',
    options: [...fetching.slice(2, 3), ...registries, tableOrJson, ...run],
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
        flagOnly: true,
      },
      { flags: '--author <name>', description: 'who says so' },
      { flags: '--namespace <url>', description: 'URL of who says so, for CSAF' },
      ...run,
    ],
    examples: ['plimsoll vex result.json --author team-web --format openvex=app.openvex.json'],
    load: async () => (await import('./commands/vex.ts')).runVex,
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

/** Builds the command tree. `run` parses the arguments and does the work; it throws `UsageError` for a wrong command line. */
export function buildProgram(
  control: AbortController,
  version: string,
): { run(argv: readonly string[]): Promise<number> } {
  let exitCode = 0;
  const program = new Command('plimsoll');
  program
    .description(
      'Draws the load line for container images: what is inside, what is wrong with it, whether it may pass.',
    )
    .version(`plimsoll ${version}`, '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', `\nExit codes:\n${exitCodes.map(exitCodeLine).join('\n')}`);
  for (const spec of commands) {
    const words = spec.usage.split(' ');
    const parent = words[1] && /^[a-z]/.test(words[1]) ? group(program, words.shift() ?? '') : program;
    const command = parent
      .command(words.join(' '))
      .description(spec.description)
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    for (const option of spec.options) command.addOption(commanderOption(option));
    command.addHelpText('after', `\nExamples:\n${spec.examples.map((e) => `  ${e}`).join('\n')}`);
    command.action(async (...given: unknown[]) => {
      const args = given
        .slice(0, command.registeredArguments.length)
        .flat()
        .filter((word) => word !== undefined)
        .map(String);
      const onLine = {
        values: command.opts(),
        isGiven: (key: string) => command.getOptionValueSource(key) === 'cli',
      };
      const { options } = await resolveSettings(onLine, spec.options, settingNames, process.env);
      const limit = limitTime(control, options.timeout);
      try {
        const work = await spec.load();
        exitCode = await work(args, options, { signal: control.signal, version, stopIfOver: limit.stopIfOver });
        // A run that was told to stop has not done its work, whatever it returned.
        control.signal.throwIfAborted();
      } finally {
        limit.clear();
      }
    });
  }
  return {
    async run(argv) {
      try {
        await program.parseAsync(['node', 'plimsoll', ...argv]);
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return 0;
        const command = commandOf(program, argv);
        if (error.code === 'commander.help') {
          process.stderr.write(command.helpInformation());
          return 2;
        }
        throw new UsageError(usageMessage(error.message, fullName(command)));
      }
      return exitCode;
    },
  };
}

function exitCodeLine({ code, meaning }: (typeof exitCodes)[number]): string {
  return `  ${String(code).padEnd(5)}${meaning}`;
}

/** The command that these arguments reach, or the group in which they get lost. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((c) => c.name() === word);
    if (!next) break;
    command = next;
  }
  return command;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** One line, in the words of our other messages. */
function usageMessage(message: string, name: string): string {
  const [what = '', hint = ''] = message.replace(/^error: /, '').split('\n');
  const near = /^\(Did you mean (one of )?(.*)\?\)$/.exec(hint);
  const advice = near ? `did you mean ${near[1] ?? ''}${near[2]}?` : `see ${name} --help`;
  return `${what.replace(/\.$/, '')}; ${advice}`;
}

function commanderOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.repeat) option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]);
  return option;
}

export const groupDescriptions: Record<string, string> = {
  db: 'build, update and inspect the advisory database',
  exceptions: 'convert, check and prune exceptions files',
  versions: 'compare versions as each ecosystem does',
};

/** The parent of `db build`: made once. */
function group(program: Command, name: string): Command {
  return (
    program.commands.find((c) => c.name() === name) ??
    program
      .command(name)
      .description(groupDescriptions[name] ?? '')
      .helpCommand(false)
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
  );
}

/** The clock of `--timeout`: aborts the run, and says at the end whether the time was over. */
function limitTime(control: AbortController, timeout: unknown): { stopIfOver(): void; clear(): void } {
  const stopIfOver = () => control.signal.throwIfAborted();
  if (typeof timeout !== 'string') return { stopIfOver, clear: () => {} };
  const milliseconds = Number(timeout) * 1000;
  const end = performance.now() + milliseconds;
  const stop = () => control.abort(new TimedOut(`not done within ${timeout} s (--timeout)`));
  const timer = setTimeout(stop, milliseconds).unref();
  return {
    stopIfOver() {
      if (performance.now() > end) stop();
      stopIfOver();
    },
    clear: () => clearTimeout(timer),
  };
}
