import { createRequire } from 'node:module';
import type { DatabaseSync } from 'node:sqlite';

const require = createRequire(import.meta.url);
let loaded: typeof DatabaseSync | undefined;

/** `node:sqlite`, loaded when a database is first opened: what needs none (`--help`) does not pay for it. */
export function sqlite(): typeof DatabaseSync {
  loaded ??= (require('node:sqlite') as typeof import('node:sqlite')).DatabaseSync;
  return loaded;
}
