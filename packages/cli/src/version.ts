import { readFileSync } from 'node:fs';

declare const __PLIMSOLL_VERSION__: string | undefined;

/** Version of the product: set by the bundler, read from package.json when the sources run. */
export function productVersion(): string {
  if (typeof __PLIMSOLL_VERSION__ === 'string') return __PLIMSOLL_VERSION__;
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
