import { readFile } from 'node:fs/promises';
import { verifyImage } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { date, days, list, text } from '../values.ts';
import { registryOptions } from './registry-options.ts';
import { trustOf } from './trust.ts';
import { verificationText } from './verification-text.ts';

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
    trust: await trustOf(options, 'verify'),
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
    format === 'json'
      ? `${JSON.stringify({ schemaVersion: '1', ...verification }, null, 2)}\n`
      : verificationText(verification),
  );
  return verification.exitCode;
}

async function bundleFile(name: string): Promise<{ name: string; bytes: Buffer }> {
  const bytes = await readFile(name).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--bundle ${name} cannot be read: ${fileReason(error)}`);
  });
  return { name, bytes };
}
