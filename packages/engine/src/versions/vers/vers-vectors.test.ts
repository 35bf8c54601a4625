import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { inVers } from './in-vers.ts';
import { formatVers, parseVers, readVers } from './parse-vers.ts';
import { versFromNative } from './vers-from-native.ts';
import { versScheme } from './vers-types.ts';

/** A published case: https://packageurl.org/schemas/vers-test.schema-0.2.json */
interface VersCase {
  readonly test_type: string;
  readonly input: unknown;
  readonly expected_output?: unknown;
  readonly expected_message?: string;
}

const folder = shared('vectors/vers');

function run({ test_type, input }: VersCase): unknown {
  const { vers, version, scheme, native_range, input_scheme, versions } = Object(input) as Record<string, string>;
  switch (test_type) {
    case 'parse':
      return formatVers(parseVers(String(input)));
    case 'validate':
      return formatVers(readVers(String(input)));
    case 'containment':
      return inVers(vers!, version!);
    case 'from_native':
      return formatVers(versFromNative(scheme!, native_range!));
    case 'comparison': {
      const comparator = versScheme(input_scheme!)!;
      const list = [...((versions ?? []) as string[])];
      return list.sort((a, b) => comparator.compare(comparator.parse(a), comparator.parse(b)));
    }
    default:
      throw new Error(`no such kind of case: ${test_type}`);
  }
}

describe.skipIf(folder === undefined)(`published cases${folder === undefined ? ` (${needsShared})` : ''}`, () => {
  for (const name of folder === undefined ? [] : readdirSync(folder)) {
    test(name, () => {
      const { tests } = JSON.parse(readFileSync(join(folder!, name), 'utf8')) as { tests: readonly VersCase[] };
      expect(tests.length).toBeGreaterThan(0);
      for (const one of tests) {
        if (one.expected_message === undefined) expect([one.input, run(one)]).toEqual([one.input, one.expected_output]);
        else expect(() => run(one)).toThrow(one.expected_message);
      }
    });
  }
});
