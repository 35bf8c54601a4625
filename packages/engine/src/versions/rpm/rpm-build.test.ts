import { expect, test } from 'vitest';
import { isModularBuild, minorRelease, variantBuild, withoutModuleBuild } from './rpm-build.ts';

test.each([
  ['1:14.21.1-2.module+el8.7.0+17528+a329cd47', true],
  ['1:14.21.1-2.module_el8.7.0+3373+a4c18c43', true],
  ['1.0-2.el8_7', false],
  ['1.0-2.modules', false],
])('%s is modular: %s', (version, modular) => {
  expect(isModularBuild(version)).toBe(modular);
});

test('builds of one version for a module differ after the mark', () => {
  expect(withoutModuleBuild('1:14-2.module+el8.7.0+1+a')).toBe(withoutModuleBuild('1:14-2.module+el8.9.0+2+b'));
});

test.each([
  ['2:2.28-236.0.1.ksplice1.el8_9.13', 'ksplice:oracle'],
  ['10:3.0.7-25.el9_fips', 'fips:oracle'],
  ['3.0.7-25.el9', undefined],
])('%s is the variant %s', (version, variant) => {
  expect(variantBuild(version)).toBe(variant);
});

test.each([
  ['7.76.1-23.el9_2.4', '9_2'],
  ['15.3-1.module+el9.2.0+191+6f5d9d63', '9_2'],
  ['1.24.6-7.module_el8.9.0+3627+db8ec155', '8_9'],
  ['128.4.0-1.el9_4.alma.1', '9_4'],
  ['1.0.el7_9-3.el8', undefined],
  ['1.0-3', undefined],
])('%s was built for %s', (version, minor) => {
  expect(minorRelease(version)).toBe(minor);
});
