#!/usr/bin/env node
// clair-scanner's name: `plimsoll compat clair-scanner …`.
process.argv.splice(2, 0, 'compat', 'clair-scanner');
await import('./plimsoll.mjs');
