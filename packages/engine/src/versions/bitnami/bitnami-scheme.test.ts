import fc from 'fast-check';
import { describeScheme } from '../testing/scheme-contract.ts';
import { bitnamiScheme } from './bitnami-scheme.ts';

const number = fc.constantFrom('0', '1', '2', '10', '99999999999999999999');
const versions = fc
  .tuple(fc.array(number, { minLength: 3, maxLength: 3 }), fc.constantFrom('', '-rc.1', '-beta'), fc.option(number))
  .map(([core, pre, revision]) => core.join('.') + pre + (revision === null ? '' : `-${revision}`));

describeScheme(bitnamiScheme, {
  order: [
    '17.2.0 < 17.2.0-8',
    '17.2.0-8 < 17.2.0-10',
    '17.2.0-8 < 17.2.1',
    '17.2.0-0 = 17.2.0',
    '17.2.0-rc.1-3 < 17.2.0',
    '17.2.0-rc.1 < 17.2.0-rc.1-1',
    '1.0.0-99999999999999999999 < 1.0.0-100000000000000000000',
  ],
  invalid: ['', '-1', 'a-1'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '0129.-rc',
});
