import { readFile } from 'node:fs/promises';
import { type LookedAt, readTrustedRoot, type Trust, type Verification, verifyImage } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { date, days, list, text } from '../values.ts';
import { registryOptions } from './registry-options.ts';
import { readConfiguration, readKey } from './request.ts';

/** `plimsoll verify IMAGE`: 0 only when somebody trusted attests that the gate let it pass. */
export async function runVerify(
  [image = '']: string[],
  options: Record<string, unknown>,
  { signal, stopIfOver }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  const files = list(options, 'bundle');
  const verification = await verifyImage({
    image,
    platform: text(options, 'platform'),
    trust: await trustOf(options),
    bundles: files.length === 0 ? undefined : await Promise.all(files.map(bundleFile)),
    policies: list(options, 'requirePolicy'),
    maxAgeDays: options.maxAge === undefined ? undefined : days(options, 'maxAge', '--max-age', 0),
    at: date(options, 'at', '--at'),
    registry: registryOptions(options),
    environment: process.env,
    signal,
  });
  stopIfOver();
  await writeOutputs(outputs, ({ format }) =>
    format === 'json' ? `${JSON.stringify({ schemaVersion: '1', ...verification }, null, 2)}\n` : words(verification),
  );
  return verification.exitCode;
}

async function trustOf(options: Record<string, unknown>): Promise<Trust> {
  const keys = list(options, 'key').map((path) => readKey(path, 'public', '--key'));
  const rootFile = text(options, 'trustedRoot');
  const subject = text(options, 'certificateIdentity');
  const issuer = text(options, 'certificateOidcIssuer');
  if (keys.length === 0 && rootFile === undefined)
    throw new UsageError('verify needs to know whom to trust: --key FILE, or --trusted-root FILE with an identity');
  if (rootFile === undefined) return { keys, identities: [] };
  if (subject === undefined || issuer === undefined)
    throw new UsageError('--trusted-root needs --certificate-identity and --certificate-oidc-issuer: who signs');
  const root = await readConfiguration(rootFile, 'trusted root');
  try {
    return { keys, root: readTrustedRoot(root), identities: [{ subject, issuer }] };
  } catch (error) {
    throw new UsageError(`--trusted-root ${rootFile}: ${(error as Error).message}`);
  }
}

async function bundleFile(name: string): Promise<{ name: string; bytes: Buffer }> {
  const bytes = await readFile(name).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--bundle ${name} cannot be read: ${fileReason(error)}`);
  });
  return { name, bytes };
}

function words({ subject, exitCode, reason, attestations }: Verification): string {
  const head = `${exitCode === 0 ? 'PASS' : 'FAIL'}  ${subject}\n  ${reason}\n`;
  return `${head}${attestations.map((each, at) => about(each, at === 0)).join('')}`;
}

function about({ bundle, signer, verdict, problems }: LookedAt, decides: boolean): string {
  const said =
    verdict === null
      ? 'does not count'
      : `${verdict.result} for ${verdict.evaluatedAt} by ${Object.keys(verdict.policies).join(', ')}`;
  const mark = decides && verdict !== null ? '→' : ' ';
  const lines = [`${mark} ${bundle}: ${said}`, ...(signer === null ? [] : [`    signed by ${signer}`])];
  return `${[...lines, ...problems.map((problem) => `    ${problem}`)].join('\n')}\n`;
}
