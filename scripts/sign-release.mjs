// `node scripts/sign-release.mjs FOLDER`: writes SHA256SUMS of the files in a release's folder and, with PLIMSOLL_RELEASE_KEY (path
// of an Ed25519 private key, PEM), SHA256SUMS.sig, which is checked with
//   openssl pkeyutl -verify -pubin -inkey plimsoll.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig && sha256sum -c SHA256SUMS
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [folder] = process.argv.slice(2);
const sums = 'SHA256SUMS';
const signature = `${sums}.sig`;

if (folder === undefined) {
  console.error('usage: node scripts/sign-release.mjs FOLDER');
  process.exit(2);
}

const names = readdirSync(folder).filter((name) => name !== sums && name !== signature);
const lines = [];
for (const name of names.sort()) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, name)), hash);
  lines.push(`${hash.digest('hex')}  ${name}\n`);
}
writeFileSync(join(folder, sums), lines.join(''));

const keyFile = process.env.PLIMSOLL_RELEASE_KEY;
if (keyFile) {
  const key = createPrivateKey(readFileSync(keyFile));
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`${keyFile} is a key of kind ${key.asymmetricKeyType}; an Ed25519 key signs`);
  writeFileSync(join(folder, signature), sign(null, Buffer.from(lines.join('')), key));
}
console.log(`${folder}: ${names.length} files, ${keyFile ? 'signed' : 'not signed'}`);
