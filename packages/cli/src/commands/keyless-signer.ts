import { callApi, type KeylessSigner } from '@plimsoll/engine';
import { OutputError, UsageError } from '../exit.ts';
import { text } from '../values.ts';
import { registryOptions } from './registry-options.ts';
import { readConfiguration } from './request.ts';

const publicFulcio = 'https://fulcio.sigstore.dev';
const publicRekor = 'https://rekor.sigstore.dev';

/**
 * Who signs by a certificate: the token is in a file, in SIGSTORE_ID_TOKEN (as GitLab's `id_tokens` put it there), or is asked of
 * GitHub, whose jobs have it where they may write `id-token`.
 *
 * @throws UsageError
 */
export async function keylessSigner(options: Record<string, unknown>, signal: AbortSignal): Promise<KeylessSigner> {
  const connections = registryOptions(options);
  const file = text(options, 'identityToken');
  const token =
    file === undefined
      ? (process.env.SIGSTORE_ID_TOKEN ?? (await githubToken(connections, signal)))
      : await readConfiguration(file, 'identity token');
  if (token === undefined || token.trim() === '')
    throw new UsageError(
      '--keyless wants an identity token: --identity-token FILE, SIGSTORE_ID_TOKEN, or a job of GitHub with id-token: write',
    );
  return {
    token: token.trim(),
    fulcioUrl: address(text(options, 'fulcioUrl') ?? publicFulcio, '--fulcio-url'),
    rekorUrl: address(text(options, 'rekorUrl') ?? publicRekor, '--rekor-url'),
    connections,
    signal,
  };
}

async function githubToken(
  connections: NonNullable<KeylessSigner['connections']>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: where, ACTIONS_ID_TOKEN_REQUEST_TOKEN: by } = process.env;
  if (where === undefined || by === undefined || !URL.canParse(where)) return undefined;
  const url = new URL(where);
  url.searchParams.set('audience', 'sigstore');
  const headers = { authorization: `Bearer ${by}`, accept: 'application/json' };
  const { status, body } = await callApi(url, { method: 'GET', headers, signal }, connections);
  const value: unknown = status === 200 ? JSON.parse(body) : undefined;
  const token = typeof value === 'object' && value !== null && 'value' in value ? value.value : undefined;
  if (typeof token !== 'string') throw new OutputError(`GitHub gives no identity token (${status})`);
  return token;
}

function address(given: string, flag: string): string {
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
    throw new UsageError(`${flag} is "${given}"; say a URL, such as ${publicFulcio}`);
  return given;
}
