import { createHash } from 'node:crypto';
import { keyName, readTrustedRoot, type ScanRequest, type Trust } from '@plimsoll/engine';
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
  return { keys, root: trustedRootOf(root, rootFile, '--trusted-root'), identities: [{ subject, issuer }] };
}

/** @throws UsageError */
export function trustedRootOf(root: string, file: string, flag: string): NonNullable<Trust['root']> {
  try {
    return readTrustedRoot(root);
  } catch (error) {
    throw new UsageError(`${flag} ${file}: ${(error as Error).message}`);
  }
}

/** Whose signatures under an image count; undefined: nobody's, and none is looked for. @throws UsageError */
export async function signatureTrust(options: Record<string, unknown>): Promise<ScanRequest['signatures']> {
  const keys = list(options, 'signatureKey').map((path) => readKey(path, 'public', '--signature-key'));
  const rootFile = text(options, 'signatureTrustedRoot');
  const subjects = list(options, 'signatureIdentity');
  const issuer = text(options, 'signatureIssuer');
  if (rootFile === undefined && (subjects.length > 0 || issuer !== undefined))
    throw new UsageError('--signature-identity wants --signature-trusted-root: whose certificates name it');
  if (rootFile === undefined && keys.length === 0) return undefined;
  if (rootFile !== undefined && (subjects.length === 0 || issuer === undefined))
    throw new UsageError('--signature-trusted-root wants --signature-identity and --signature-issuer: who signs');
  const identities = subjects.map((subject) => ({ subject, issuer: issuer ?? '' }));
  const described = { keys: keys.map(keyName).sort(), identities };
  if (rootFile === undefined) return { trust: { keys, identities }, described: { ...described, trustedRoot: null } };
  const root = await readConfiguration(rootFile, 'trusted root');
  const trustedRoot = `sha256:${createHash('sha256').update(root).digest('hex')}`;
  return {
    trust: { keys, root: trustedRootOf(root, rootFile, '--signature-trusted-root'), identities },
    described: { ...described, trustedRoot },
  };
}
