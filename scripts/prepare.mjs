// Runs at the end of `npm ci`: builds the bundle. Without the development packages (`npm ci --omit=dev`) there is nothing
// to build with and nothing that needs building, so it does nothing and succeeds.
import { existsSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
if (existsSync(`${root}node_modules/esbuild`)) await import('./bundle.mjs');
