import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ForeignOption } from '../packages/cli/src/compat/foreign-tool.ts';
import { parseWords } from '../packages/cli/src/compat/parse-words.ts';

const options: readonly ForeignOption[] = [
  { names: ['--token', '-k'], takes: 'TOKEN', here: '' },
  { names: ['--policy'], takes: 'NAME', here: '' },
  { names: ['--verbose', '-V'], here: '' },
  { names: ['--pull', '-P'], here: '' },
];
const parse = (argv: readonly string[]) => {
  const { values, words } = parseWords(argv, options);
  return { ...Object.fromEntries(values), words };
};

describe('a command line by a table', () => {
  test.each([
    [['-k', 'a b', 'app'], { '--token': ['a b'], words: ['app'] }],
    [['-ka'], { '--token': ['a'], words: [] }],
    [['-k=a=b'], { '--token': ['a=b'], words: [] }],
    [['--token=', 'app'], { '--token': [''], words: ['app'] }],
    [['app', '--policy', 'x', '--policy=y'], { '--policy': ['x', 'y'], words: ['app'] }],
    [['-PVk', '-x'], { '--pull': ['true'], '--verbose': ['true'], '--token': ['-x'], words: [] }],
    [['--pull=false', '-V=true'], { '--pull': ['false'], '--verbose': ['true'], words: [] }],
    [['-', '--', '-k', '--pull'], { words: ['-', '-k', '--pull'] }],
    [['-k', '--', 'app'], { '--token': ['--'], words: ['app'] }],
    [['-k', 'line\nbreak"\'$'], { '--token': ['line\nbreak"\'$'], words: [] }],
  ])('%j', (argv, parsed) => {
    expect(parse(argv)).toEqual(parsed);
  });

  test.each([
    [['-k'], '-k needs a value (TOKEN)'],
    [['app', '--policy'], '--policy needs a value (NAME)'],
    [['-k', '-P', 'app'], '-k needs a value (TOKEN); an option follows instead'],
    [['--policy', '--token=x'], '--policy needs a value (NAME); an option follows instead'],
    [['--pull=maybe'], '--pull takes no value but true or false'],
    [['--polic', 'x'], 'there is no option --polic'],
    [['-x'], 'there is no option -x'],
  ])('%j: %s', (argv, message) => {
    expect(() => parse(argv)).toThrow(message);
  });

  test('messages repeat nothing that may be a token', () => {
    const secret = 's3cr3t';
    for (const argv of [
      [`--tokn=${secret}`],
      [`-x${secret}`],
      [`--${secret}`],
      [`--pull=${secret}`],
      [`-P${secret}`],
      [`---${secret}`],
    ]) {
      let said = '';
      try {
        parse(argv);
      } catch (error) {
        said = String(error);
      }
      expect(said).toMatch(/^UsageError: \S/);
      expect(said).not.toContain(secret);
    }
  });

  test('anything ends with values or one message of one line', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('-k', '--token', '-PV', '--', '-k=', '--policy=x'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        try {
          parse(argv);
        } catch (error) {
          expect(error).toMatchObject({ name: 'UsageError' });
          expect((error as Error).message).not.toMatch(/[\n\r]/);
        }
      }),
    );
  });
});
