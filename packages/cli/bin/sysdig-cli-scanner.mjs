#!/usr/bin/env node
// sysdig-cli-scanner's name: `plimsoll compat sysdig-cli-scanner …`.
process.argv.splice(2, 0, 'compat', 'sysdig-cli-scanner');
await import('./plimsoll.mjs');
