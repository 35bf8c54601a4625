import {
  ImageError,
  type JudgedImage,
  openPromotion,
  type Promotion,
  parseRegistryReference,
  type Verification,
  verifyImage,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { jobKind } from '../job/job-kind.ts';
import { writeInJob } from '../job/write-in-job.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { type ProgressStream, progressStream } from '../progress.ts';
import { date, days, list, text } from '../values.ts';
import { inputFiles } from './input-files.ts';
import { judge } from './judge.ts';
import { firstExitCode } from './judging.ts';
import { registryOptions } from './registry-options.ts';
import { reportFormats } from './report-formats.ts';
import { checkPlatformFiles, plannedReports } from './reports.ts';
import { shownFindings } from './shown-findings.ts';
import { trustOf } from './trust.ts';
import { verificationText } from './verification-text.ts';

type Options = Record<string, unknown>;

/** What a gate said, and of which images. */
interface Decision {
  readonly exitCode: number;
  readonly judged: readonly JudgedImage[];
}

/** `plimsoll promote SOURCE DESTINATION`: the gate's exit code, and only with 0 is anything copied. */
export async function runPromote(
  [source = '', destination = '']: string[],
  options: Options,
  context: CommandContext,
): Promise<number> {
  checkSource(source);
  checkDestination(destination);
  const byAttestation = options.attestation === true;
  const stream = progressStream(process.stderr, process.env, options.quiet === true);
  const promotion = await openPromotion({
    reference: source,
    destination,
    platform: text(options, 'platform'),
    registry: registryOptions(options),
    environment: process.env,
    signal: context.signal,
  });
  try {
    const decide = byAttestation ? attested : scanned;
    const { exitCode, judged } = await decide(promotion, options, context);
    if (exitCode !== 0) {
      stream.note(`${destination} is not touched: the gate ended with ${exitCode}`);
      return exitCode;
    }
    context.stopIfOver();
    const { digest, blobs, attached } = await copied(promotion, judged, stream);
    const beside = attached === 0 ? '' : `, with ${attached} signatures, attestations and SBOMs`;
    const counted = `${blobs.sent} blobs sent, ${blobs.mounted} mounted, ${blobs.there} there already`;
    stream.note(`copied${beside}: ${counted}`);
    const line = `${destination.replace(/^registry:/, '')}@${digest}`;
    if (isForPeople(options)) process.stdout.write(`${line}\n`);
    else stream.note(line);
    return 0;
  } finally {
    await promotion.close();
  }
}

function copied(promotion: Promotion, judged: readonly JudgedImage[], stream: ProgressStream) {
  return promotion
    .copy(judged, ({ done, total, what }) => {
      stream.show(() => `copying ${done + 1} of ${total}: ${what}`.slice(0, stream.columns() - 1));
    })
    .finally(() => stream.clear());
}

/** Reads and judges what would be copied, and writes the reports before anything is. */
async function scanned(promotion: Promotion, options: Options, context: CommandContext): Promise<Decision> {
  shownFindings(options);
  const { isIndex, reference } = promotion;
  const platform = isIndex ? 'all' : options.platform === 'all' ? undefined : options.platform;
  const asked = { ...options, platform };
  const job = jobKind(text(options, 'job'), process.env);
  const inputs = inputFiles(reference, options);
  const outputs = await plannedReports(asked, await reportFormats(options), 'table', inputs);
  const planned = (platforms: readonly string[]) => checkPlatformFiles(outputs, platforms, inputs);
  const { results, all } = await judge(reference, asked, context, { planned });
  await writeInJob(outputs, results, all, job, asked, context);
  return {
    exitCode: strictest(results.map(({ verdict }) => verdict.exitCode)),
    judged: results.map(({ image }) => image),
  };
}

/** Asks what is attested for every image that would be copied. */
async function attested(promotion: Promotion, options: Options, context: CommandContext): Promise<Decision> {
  const trust = await trustOf(options, 'promote --attestation');
  if (!promotion.inRegistry)
    throw new UsageError('--attestation wants an image of a registry: attestations hang to it there');
  const outputs = parseOutputs(list(options, 'format'), ['table', 'json'], 'table');
  const name = promotion.reference.replace(/^registry:/, '').replace(/(?::[^/@:]+)?@.*$/, '');
  const images = await promotion.images();
  const verifications: Verification[] = [];
  for (const { digest } of images) {
    verifications.push(
      await verifyImage({
        image: `${name}@${digest}`,
        trust,
        policies: list(options, 'requirePolicy'),
        maxAgeDays: options.maxAge === undefined ? undefined : days(options, 'maxAge', '--max-age', 0),
        at: date(options, 'at', '--at'),
        registry: registryOptions(options),
        environment: process.env,
        signal: context.signal,
      }),
    );
  }
  context.stopIfOver();
  await writeOutputs(outputs, ({ format }) =>
    format === 'json'
      ? `${JSON.stringify({ schemaVersion: '1', verifications }, null, 2)}\n`
      : verifications.map(verificationText).join(''),
  );
  return {
    exitCode: strictest(verifications.map(({ exitCode }) => exitCode)),
    judged: images.map(({ imageId, digest }) => ({ id: imageId, digest })),
  };
}

/** 0 only where all are: somebody else's attestation may end with a code that no scan of ours has. */
function strictest(codes: readonly number[]): number {
  return codes.every((code) => code === 0) ? 0 : firstExitCode(codes) || 1;
}

function checkSource(source: string): void {
  if (source.trim() === '' || /^[a-z][a-z-]+:(?:\/\/)?$/.test(source))
    throw new UsageError(`the source is "${source}", which names nothing`);
  const [, prefix] = /^(docker|podman|containerd|rootfs|sbom):/.exec(source) ?? [];
  if (prefix !== undefined)
    throw new UsageError(
      `the source is in ${prefix}: promote copies from a registry or an archive; save it first, and say docker-archive:FILE`,
    );
}

function checkDestination(destination: string): void {
  const name = destination.replace(/^registry:/, '');
  try {
    const { digest } = parseRegistryReference(name);
    if (digest !== null || !/:[^/]+$/.test(name))
      throw new UsageError(`the destination is "${destination}"; name it with its tag, such as r.example.com/app:1.0`);
  } catch (error) {
    if (error instanceof ImageError) throw new UsageError(error.message);
    throw error;
  }
}

/** Whether standard output is no report that a program reads. */
function isForPeople(options: Options): boolean {
  return list(options, 'format').every((format) => format === 'table' || format.includes('='));
}
