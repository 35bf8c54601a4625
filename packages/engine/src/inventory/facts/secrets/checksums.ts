import { crc32 } from 'node:zlib';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The last 6 characters of GitHub's and npm's tokens: the CRC-32 of what stands between prefix and them, in base 62. */
export function crcOf(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let digit = 0; digit < 6; digit += 1) {
    text = base62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** @see https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/ */
export function endsWithCrc(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1);
  return crcOf(body.slice(0, -6)) === body.slice(-6);
}

/** Whether the first part of a JSON Web Token is the header of one. */
export function hasJwtHeader(token: string): boolean {
  const [header] = decodedJson(token.split('.', 1)[0] ?? '');
  return typeof header === 'object' && header !== null && 'alg' in header && typeof header.alg === 'string';
}

/** Of Docker's configuration: `user:password` in base64. */
export function isBasicCredential(encoded: string): boolean {
  return /^[\x21-\x7e]{1,200}?:[\x20-\x7e]{2,}$/.test(Buffer.from(encoded, 'base64').toString('latin1'));
}

/** Base64 that holds text, as a certificate or key in a kubeconfig does. */
export function encodesPrivateKey(encoded: string): boolean {
  return Buffer.from(encoded.slice(0, 60), 'base64').toString('latin1').startsWith('-----BEGIN');
}

/** What follows the first line of a PEM or PGP block: headers, then base64 that is no filler. */
export function holdsKeyLines(text: string): boolean {
  const lines = text.replaceAll(/\\[nr]|[\r"',]/g, '\n').split('\n');
  const body = lines.filter((line) => /^\s*[A-Za-z0-9+/=]+\s*\\?$/.test(line)).join('');
  return body.length >= 64 && new Set(body).size > 8;
}

function decodedJson(text: string): readonly unknown[] {
  try {
    return [JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown];
  } catch {
    // not JSON: not what it looks like
    return [];
  }
}
