// Runs before `npm pack` and `npm publish` of packages/cli: the bundle is there and of these sources, and the licence lies
// beside the manifest, where npm looks for it.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle-options.mjs';

process.argv.push('--if-changed');
await import('./bundle.mjs');
for (const name of ['LICENSE', 'NOTICE']) copyFileSync(join(root, name), join(root, 'packages/cli', name));
