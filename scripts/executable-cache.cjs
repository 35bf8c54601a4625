// `node executable-cache.cjs PROGRAM CACHE`: writes V8's compiled code of the bundle, with the functions that a start calls.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const [program, cache] = process.argv.splice(2);
require('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
const script = new Script(readFileSync(program, 'latin1'), { filename: 'plimsoll.js' });
process.argv.push('scan', '--help');
process.on('exit', () => writeFileSync(cache, script.createCachedData()));
script.runInThisContext()(require, 'file:///plimsoll/main.js');
