// Runs at the end of `npm ci`: builds the bundle. Without the development packages (`npm ci --omit=dev`) there is nothing
// to build with and nothing that needs building, so it does nothing and succeeds.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
if (existsSync(`${root}node_modules/esbuild`)) await import('./bundle.mjs');
