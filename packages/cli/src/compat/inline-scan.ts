import { join } from 'node:path';
import { UsageError } from '../exit.ts';
import { today } from '../values.ts';
import type { ForeignTool } from './foreign-tool.ts';
import { imageReference } from './image-reference.ts';
import { isOn, lastValue, onlyImage } from './parse-words.ts';

const notUsed = 'not used: the image is judged here, and nothing is sent';

/** Sysdig's inline scan of 2020, `inline_scan analyze`. @see https://github.com/sysdiglabs/secure-inline-scan */
export const inlineScan: ForeignTool = {
  name: 'inline_scan',
  usage: 'analyze [OPTIONS] IMAGE',
  about: 'scans an image of the local Docker engine and fails when it meets a stop condition of the policy',
  options: [
    { names: ['-s'], takes: 'URL', here: notUsed },
    { names: ['-k'], takes: 'TOKEN', here: notUsed },
    { names: ['-P'], here: 'read the image of its registry instead of the engine' },
    { names: ['-R'], takes: 'DIR', here: 'write DATE-IMAGE-scan-result.html into this folder (there a PDF)' },
    { names: ['-V'], here: 'not used' },
    { names: ['-v'], takes: 'PATH', here: 'not used: nothing is written in between' },
    { names: ['-a'], takes: 'KEY=VALUE', here: notUsed },
    { names: ['-f'], takes: 'FILE', here: 'not used: the history of the image tells of its Dockerfile' },
    { names: ['-m'], takes: 'FILE', here: 'not used: the image tells its manifest' },
    { names: ['-i'], takes: 'ID', here: 'not used: the image tells its ID' },
    { names: ['-d'], takes: 'DIGEST', here: 'not used: the image tells its digest' },
    { names: ['-C'], here: notUsed },
    { names: ['-o'], here: notUsed },
  ],
  variables: [],
  exits: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, usage: 1 },
  async translate(given) {
    const [operation, ...rest] = given.words;
    if (operation !== 'analyze') throw new UsageError('say the operation, which is analyze');
    const image = onlyImage({ ...given, words: rest });
    const folder = lastValue(given, '-R');
    const unused = ['-s', '-k', '-a', '-C'].filter((name) => given.values.has(name));
    return {
      reference: imageReference(image, isOn(given, '-P') ? 'registry:' : 'docker:'),
      fixed: {},
      usual: { policy: ['sysdig-inline-scan'] },
      reports: ['table', ...(folder === undefined ? [] : [`html=${join(folder, reportName(image))}`])],
      notes: unused.length === 0 ? [] : [`${unused.join(', ')}: ${notUsed}`],
    };
  },
};

function reportName(image: string): string {
  return `${today()}-${image.replaceAll(/[^a-zA-Z0-9._-]+/g, '-').slice(-150)}-scan-result.html`;
}
