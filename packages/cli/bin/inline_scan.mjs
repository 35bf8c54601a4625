#!/usr/bin/env node
// inline_scan's name: `plimsoll compat inline_scan …`.
process.argv.splice(2, 0, 'compat', 'inline_scan');
await import('./plimsoll.mjs');
