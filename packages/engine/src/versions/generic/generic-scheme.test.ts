import fc from 'fast-check';
import { describeScheme } from '../testing/scheme-contract.ts';
import { genericScheme } from './generic-scheme.ts';

const part = fc.constantFrom('0', '1', '2', '10', 'a', 'k', 'zg', 'rc', 'beta', 'p', '99999999999999999999');
const versions = fc
  .tuple(fc.constantFrom('0', '1', '3'), fc.array(fc.tuple(fc.constantFrom('.', '-', ''), part), { maxLength: 4 }))
  .map(([first, rest]) => first + rest.flat().join(''));

describeScheme(genericScheme, {
  order: [
    '1.1.1 < 1.1.1a',
    '1.1.1k < 1.1.1n',
    '1.0.2z < 1.0.2za',
    '1.0.2zf < 1.0.2zg',
    '1.1.1n < 1.1.2',
    '9.6p1 < 9.6p2',
    '9.6p2 < 9.7',
    '1.25.0-rc1 < 1.25.0-rc2',
    '1.25.0-beta2 < 1.25.0-rc1',
    '1.25.0-rc2 < 1.25.0',
    '1.25 = 1.25.0',
    'v18.9.0 < 18.10.0',
    '1.2.3+ent = 1.2.3',
    '0.9.99 < 1',
    '99999999999999999999 < 100000000000000000000',
  ],
  invalid: ['', 'v', 'latest', '1 2', '1.0/2', '-1'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '019.-karc+v',
});
