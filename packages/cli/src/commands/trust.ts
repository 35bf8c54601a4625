import { readTrustedRoot, type Trust } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { list, text } from '../values.ts';
import { readConfiguration, readKey } from './request.ts';

/** Whose signatures count, as the options of `verify` and `promote --attestation` say. @throws UsageError */
export async function trustOf(options: Record<string, unknown>, command: string): Promise<Trust> {
  const keys = list(options, 'key').map((path) => readKey(path, 'public', '--key'));
  const rootFile = text(options, 'trustedRoot');
  const subject = text(options, 'certificateIdentity');
  const issuer = text(options, 'certificateOidcIssuer');
  if (keys.length === 0 && rootFile === undefined)
    throw new UsageError(`${command} needs to know whom to trust: --key FILE, or --trusted-root FILE with an identity`);
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
