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

/** What follows the last `_` of a Grafana token: the CRC-32 of what stands before, its lowest byte first, in hexadecimal. */
export function crcOfGrafana(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(text));
  return bytes.toString('hex');
}

/** @see https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go */
export function endsWithGrafanaCrc(token: string): boolean {
  const end = token.lastIndexOf('_');
  return crcOfGrafana(token.slice(0, end)) === token.slice(end + 1).toLowerCase();
}

const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** The remainder of what Bech32 makes of a name and the values behind its last `1`; 1 where the checksum at the end is right. */
function bech32Remainder(name: string, values: readonly number[]): number {
  const codes = [...name].map((character) => character.charCodeAt(0));
  const all = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values];
  return all.reduce((sum, value) => {
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return generators.reduce((mixed, generator, bit) => ((sum >> (25 + bit)) & 1 ? mixed ^ generator : mixed), next);
  }, 1);
}

function bech32Parts(text: string) {
  const lower = text.toLowerCase();
  const end = lower.lastIndexOf('1');
  return { name: lower.slice(0, end), values: [...lower.slice(end + 1)].map((each) => bech32.indexOf(each)) };
}

/** @see https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki */
export function endsWithBech32(token: string): boolean {
  const { name, values } = bech32Parts(token);
  return bech32Remainder(name, values) === 1;
}

/** The six characters that make `text` right. */
export function bech32ChecksumOf(text: string): string {
  const { name, values } = bech32Parts(text);
  const rest = bech32Remainder(name, [...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  return [25, 20, 15, 10, 5, 0].map((shift) => bech32[(rest >> shift) & 31]).join('');
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
