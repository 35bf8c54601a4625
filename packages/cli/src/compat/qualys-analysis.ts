import { countVulnerabilities, type ReportFormat, type ScanResult, safeText } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import type { ForeignTool } from './foreign-tool.ts';
import { imageReference } from './image-reference.ts';
import { lastValue } from './parse-words.ts';

const notUsed = 'not used: the image is judged here, and nobody is asked';

/** The gate script that pipelines with the Qualys sensor have: what Qualys knows of an image ID, as one number. */
export const qualysAnalysis: ForeignTool = {
  name: 'qualys_analysis.sh',
  usage: '-u USER -p PASSWORD -I IMAGE_ID',
  about: 'counts the vulnerabilities of an image by severity and fails when the risk index is above the threshold',
  options: [
    {
      names: ['-I'],
      takes: 'IMAGE_ID',
      here: 'image of the local Docker engine: its ID, the first 12 digits of it, or a name',
    },
    { names: ['-u'], takes: 'USER', here: notUsed },
    { names: ['-p'], takes: 'PASSWORD', here: notUsed },
    {
      names: ['-t'],
      takes: 'THRESHOLD',
      here: 'the highest index that passes (default: 10); the scripts had it written in them',
    },
  ],
  variables: [['qualys_username, qualys_password', notUsed]],
  exits: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, usage: 1 },
  async translate(given) {
    const image = lastValue(given, '-I');
    if (image === undefined) throw new UsageError('-I needs the ID of an image');
    // it may be the rest of a password that holds a space
    if (given.words.length > 0)
      throw new UsageError('there are words that belong to no option; is a variable not quoted?');
    const threshold = given.values.get('-t')?.at(-1);
    if (threshold !== undefined && !/^\d{1,9}$/.test(threshold))
      throw new UsageError('the threshold (-t) is no number');
    const unused = ['-u', '-p'].filter((name) => given.values.has(name));
    return {
      reference: imageReference(image, 'docker:'),
      fixed: threshold === undefined ? {} : { set: [`threshold=${threshold}`] },
      usual: { policy: ['qualys-risk-index'] },
      formats: [summary],
      reports: [summary.name],
      notes: unused.length === 0 ? [] : [`${unused.join(', ')}: ${notUsed}`],
    };
  },
};

/** Of the severities that Qualys numbers. */
const numbers = { Critical: 5, High: 4, Medium: 3, Low: 2, Negligible: 1 } as const;

function render(result: ScanResult): string {
  const { image, verdict } = result;
  const counts = new Map(countVulnerabilities(result.findings).map(({ severity, count }) => [severity, count]));
  const [critical, high] = [counts.get('Critical') ?? 0, counts.get('High') ?? 0];
  const lines = [
    `Image ${image.id?.replace(/^sha256:/, '').slice(0, 12) ?? ''} (${image.names[0] ?? image.reference})`,
    ...Object.entries(numbers).map(
      ([severity, number]) => `Severity ${number} (${severity}): ${counts.get(severity as keyof typeof numbers) ?? 0}`,
    ),
    `Without a severity: ${counts.get('Unknown') ?? 0}`,
    `Risk index: 3 × ${critical} + 1 × ${high} = ${3 * critical + high}`,
    ...verdict.rules.map(
      ({ action, id, message }) => `${action === 'deny' ? 'Stopped' : 'Warning'} by ${id}: ${message}`,
    ),
    ...verdict.reasons.filter(({ code }) => code !== 'policy').map(({ code, message }) => `${code}: ${message}`),
    verdict.result === 'fail' ? 'FAIL' : 'PASS',
  ];
  return lines.map((line) => `${safeText(line)}\n`).join('');
}

const summary: ReportFormat = {
  name: 'qualys-summary',
  extension: 'txt',
  mediaType: 'text/plain; charset=utf-8',
  render,
};
