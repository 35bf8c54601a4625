// The manual page plimsoll(1) as roff, of the same table as the help and docs/reference/cli.md.
import { exitCodes } from '../packages/cli/src/exit.ts';
import { variableOf } from '../packages/cli/src/settings.ts';

/** @param {string} text as in the help; what roff would read as a command or a hyphen is escaped */
function plain(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(['.])/gm, '\\&$1');
}

function bold(text) {
  return `\\fB${plain(text)}\\fR`;
}

function optionLines({ flags, description, flagOnly }) {
  const [, long, value = ''] = /^(--[a-z-]+) ?(.*)$/.exec(flags);
  const text = description.charAt(0).toUpperCase() + description.slice(1);
  return [
    '.TP',
    `${bold(long)}${value ? ` \\fI${plain(value.slice(1, -1))}\\fR` : ''}`,
    `${plain(text)}.`,
    flagOnly ? `(No variable or setting: ${plain(flagOnly.replaceAll('`', ''))}.)` : `(${plain(variableOf(long))})`,
  ];
}

function commandLines({ usage, description, options, examples }) {
  return [
    `.SS ${bold(`plimsoll ${usage.replace(/ [<[].*/, '')}`)}${plain(usage.replace(/^[^<[]*/, ' '))}`,
    `${plain(description.charAt(0).toUpperCase() + description.slice(1))}.`,
    ...options.flatMap(optionLines),
    '.PP',
    'Examples:',
    '.PP',
    '.nf',
    '.RS',
    ...examples.map(plain),
    '.RE',
    '.fi',
  ];
}

export function manPage(commands, version) {
  return `${[
    `.TH PLIMSOLL 1 "" "plimsoll ${version}" "User Commands"`,
    '.SH NAME',
    'plimsoll \\- draw the load line for container images',
    '.SH SYNOPSIS',
    ...commands.flatMap(({ usage }, index) => [
      ...(index > 0 ? ['.br'] : []),
      `${bold(`plimsoll ${usage.replace(/ [<[].*/, '')}`)} [\\fIoptions\\fR]${plain(usage.replace(/^[^<[]*/, ' '))}`,
    ]),
    '.SH DESCRIPTION',
    'Opens a container image, lists what is inside, says which known vulnerabilities, secrets and bad practices it carries,',
    'and ends with 0 only when the policy lets it pass.',
    '.PP',
    'Every option has a variable, named in parentheses, and a key in \\fIplimsoll.yaml\\fR, which is its name without dashes.',
    'An option wins over the variable, the variable over the file. \\fBplimsoll config\\fR prints what is in force.',
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...exitCodes.flatMap(({ code, meaning }) => ['.TP', bold(String(code)), `${plain(meaning)}.`]),
    '.SH FILES',
    '.TP',
    '\\fIplimsoll.yaml\\fR',
    'Settings, in the working folder or the nearest folder above it.',
    '.TP',
    '\\fI~/.cache/plimsoll\\fR',
    'Advisories and layer analyses; \\fBXDG_CACHE_HOME\\fR moves it.',
  ].join('\n')}\n`;
}
