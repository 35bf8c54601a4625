import { readFile } from 'node:fs/promises';
import { clairTable, type ScanResult, severities } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';
import { oneOf } from '../values.ts';
import type { ForeignTool } from './foreign-tool.ts';
import { imageReference } from './image-reference.ts';
import { isOn, lastValue, onlyImage } from './parse-words.ts';
import type { ToolLog } from './tool-log.ts';

/**
 * clair-scanner of Armin Čoralić, as it is used with clair-local-scan and within ClairInABox.
 *
 * @see https://github.com/arminc/clair-scanner
 */
export const clairScanner: ForeignTool = {
  name: 'clair-scanner',
  usage: '[OPTIONS] IMAGE',
  about: 'scans an image of the local Docker engine and fails on vulnerabilities that a whitelist does not approve',
  options: [
    {
      names: ['--whitelist', '-w'],
      takes: 'FILE',
      here: 'whitelist, read as it is; any other exceptions file is taken too',
    },
    {
      names: ['--threshold', '-t'],
      takes: 'SEVERITY',
      here: 'Critical, High, Medium, Low, Negligible or Unknown (default: Unknown); what lies below is approved',
    },
    { names: ['--report', '-r'], takes: 'FILE', here: 'report as JSON, with the same fields' },
    { names: ['--log', '-l'], takes: 'FILE', here: 'log lines are added to this file as well' },
    { names: ['--all', '--reportAll'], here: 'also print what is approved (default: true)' },
    { names: ['--quiet', '-q'], here: 'do not print the table' },
    { names: ['--exit-when-no-features'], here: 'end with 5 when the image holds no package' },
    { names: ['--clair', '-c'], takes: 'URL', here: 'not used: there is no server' },
    { names: ['--ip'], takes: 'ADDRESS', here: 'not used: nothing is served' },
    { names: ['--network'], takes: 'NAME', here: 'not used: nothing is served (of the build in ClairInABox)' },
  ],
  variables: [['CLAIR_URL', 'not used: there is no server']],
  exits: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, usage: 2 },
  otherExits: [[5, 'with --exit-when-no-features: the image holds no package']],
  logLine: (level, text) => `${timestamp(new Date())} [${level}] ▶ ${text}`,
  async translate(given, env) {
    const image = onlyImage(given);
    const whitelist = lastValue(given, '--whitelist');
    const report = lastValue(given, '--report');
    const logFile = lastValue(given, '--log');
    const quiet = isOn(given, '--quiet');
    const unused = ['--clair', '--ip', '--network'].filter((name) => given.values.has(name));
    if (env.CLAIR_URL) unused.push('CLAIR_URL');
    const table = clairTable(isOn(given, '--all', true));
    return {
      reference: imageReference(image, 'docker:'),
      fixed: {
        policy: ['clair-threshold'],
        set: [`threshold=${threshold(given.values.get('--threshold')?.at(-1))}`],
        ...((await approves(whitelist)) && { exceptions: [whitelist] }),
      },
      usual: {},
      formats: [table],
      reports: [...(quiet ? [] : [table.name]), ...(report === undefined ? [] : [`clair=${report}`])],
      ...(logFile !== undefined && { logFile }),
      notes: unused.length === 0 ? [] : [`${unused.join(', ')}: not used, Plimsoll needs no server`],
      finish: (result, log) => tell(result, image, log, isOn(given, '--exit-when-no-features')),
    };
  },
};

function threshold(given: string | undefined): string {
  if (given?.toLowerCase() === 'defcon1')
    throw new UsageError('the threshold Defcon1 is none that advisories have; say Critical');
  return given === undefined ? 'Unknown' : oneOf(given, severities, '--threshold');
}

/** An empty whitelist is one that approves nothing. */
async function approves(whitelist: string | undefined): Promise<boolean> {
  if (whitelist === undefined) return false;
  const text = await readFile(whitelist, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the whitelist ${whitelist} cannot be read: ${fileReason(error)}`);
  });
  return !/^(?:\s*(?:#.*|---)?(?:\n|$))*$/.test(text.slice(0, 1024 * 1024));
}

function tell(result: ScanResult, image: string, log: ToolLog, exitWhenNoFeatures: boolean): number | undefined {
  const { findings, verdict } = result;
  const denied = new Set(verdict.rules.filter(({ action }) => action === 'deny').flatMap((rule) => rule.findings));
  const unapproved = [...new Set(findings.filter(({ key }) => denied.has(key)).map(({ id }) => id))];
  log.say(
    findings.length === 0 ? 'INFO' : 'WARN',
    `Image [${image}] contains ${findings.length} total vulnerabilities`,
  );
  if (unapproved.length > 0) {
    log.say('ERRO', `Image [${image}] contains ${unapproved.length} unapproved vulnerabilities`);
    log.say('CRIT', `Image contains unapproved vulnerabilities: [${unapproved.join(' ')}]`);
  } else if (verdict.exitCode === 0) {
    log.say('INFO', `Image [${image}] contains NO unapproved vulnerabilities`);
  }
  return exitWhenNoFeatures && result.packages.length === 0 ? 5 : undefined;
}

/** `2017/09/24 11:20:24`, of this machine, as the tool itself writes it. */
function timestamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('/');
  return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')}`;
}
