import { readFileSync } from 'node:fs';

declare const __PLIMSOLL_VERSION__: string | undefined;
declare const __PLIMSOLL_PROGRAM__: string | undefined;

/** Version of the product: set by the bundler, read from package.json when the sources run. */
export function productVersion(): string {
  if (typeof __PLIMSOLL_VERSION__ === 'string') return __PLIMSOLL_VERSION__;
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** Digest of the sources that a bundle was made of; null when the sources run, which may change at any time. */
export function programDigest(): string | null {
  return typeof __PLIMSOLL_PROGRAM__ === 'string' ? __PLIMSOLL_PROGRAM__ : null;
}
