import { readFile, writeFile } from 'node:fs/promises';
import { attest } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { OutputError, UsageError } from '../exit.ts';
import { fileReason } from '../files.ts';
import { progressStream } from '../progress.ts';
import { text } from '../values.ts';
import { keylessSigner } from './keyless-signer.ts';
import { registryOptions } from './registry-options.ts';
import { readKey } from './request.ts';
import { oneResult } from './result-file.ts';

/** `plimsoll attest RESULT`: signs it and hangs it to its image; 3 when that cannot be done. */
export async function runAttest(
  [file = '']: string[],
  options: Record<string, unknown>,
  { signal, stopIfOver }: CommandContext,
): Promise<number> {
  const key = text(options, 'key');
  const output = text(options, 'output');
  const push = options.push !== false;
  const keyless = options.keyless === true;
  if (key === undefined && !keyless)
    throw new UsageError('attest needs a private key to sign with: --key FILE, or --keyless');
  if (key !== undefined && keyless) throw new UsageError('--key and --keyless: say one of them');
  if (!push && output === undefined) throw new UsageError('--no-push without --output FILE would leave nothing behind');
  const privateKey = key === undefined ? undefined : readKey(key, 'private', '--key');
  const result = await oneResult(file);
  const image = text(options, 'image');
  if (image === undefined && !result.image.reference.startsWith('registry:'))
    throw new UsageError(`${file} is of ${result.image.reference}: say where that is in a registry (--image)`);
  const stream = progressStream(process.stderr, process.env, options.quiet === true);
  const attestation = await attest({
    result,
    resultBytes: await readFile(file),
    signer: privateKey ?? (await keylessSigner(options, signal)),
    image,
    push,
    registry: registryOptions(options),
    environment: process.env,
    signal,
  });
  stopIfOver();
  if (output !== undefined)
    await writeFile(output, attestation.bundle).catch((error: NodeJS.ErrnoException) => {
      throw new OutputError(`${output} cannot be written: ${fileReason(error)}`);
    });
  stream.note(`signed: ${attestation.subject}`);
  if (attestation.pushed !== null) {
    const [name] = attestation.subject.split('@');
    process.stdout.write(`${name}@${attestation.pushed}\n`);
  }
  return 0;
}
