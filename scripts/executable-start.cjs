// What the executable file runs first: the version without more ado, else the bundle with its compiled code.
'use strict';
const { getAssetKeys, getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

/* global __PLIMSOLL_VERSION__ */
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(`plimsoll ${__PLIMSOLL_VERSION__}\n`);
} else {
  require('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
  const text = Buffer.from(getRawAsset('program.js')).latin1Slice();
  // Node owns these bytes and V8 only reads them; a file that was made on another processor has none
  const isCompiled = getAssetKeys().includes('program.cache');
  const cachedData = isCompiled ? new Uint8Array(getRawAsset('program.cache')) : undefined;
  const script = new Script(text, { filename: 'plimsoll.js', cachedData });
  if (script.cachedDataRejected !== false && process.env.PLIMSOLL_DEBUG)
    process.stderr.write('plimsoll: compiled code is not used\n');
  script.runInThisContext()(require, 'file:///plimsoll/main.js');
}
