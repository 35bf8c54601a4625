import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScreen, styled } from './screen.ts';
import { textWidth } from './text-width.ts';

const plain = { columns: 40, color: false, unicode: true };

describe('the screen', () => {
  it('wraps at spaces, breaks what is too long, and hangs further lines', () => {
    const screen = createScreen(plain);
    screen.text(2, `upgrade openssl from 1.1.1n-0+deb11u3 to ${'9'.repeat(45)} now`, 6);
    expect(screen.finish().split('\n')).toEqual([
      '  upgrade openssl from 1.1.1n-0+deb11u3',
      `      to`,
      `      ${'9'.repeat(34)}`,
      `      ${'9'.repeat(11)} now`,
      '',
    ]);
  });

  it('cuts a line with an ellipsis and keeps a row in its columns', () => {
    const screen = createScreen(plain);
    screen.line(0, ['layer 2: ', styled('RUN apt-get update && apt-get install openssl', 'dim')]);
    screen.row(0, [
      { text: 'High', width: 6, overflow: 'cut' },
      { text: 'one two three', width: 8, overflow: 'wrap' },
      { text: 'end', width: 3, overflow: 'cut' },
    ]);
    expect(screen.finish()).toBe('layer 2: RUN apt-get update && apt-get…\nHigh    one two   end\n        three\n');
  });

  it('paints only when it is told to', () => {
    const colored = createScreen({ ...plain, color: true });
    colored.text(0, ['a ', styled('b', 'bad')]);
    expect(colored.finish()).toBe('a \u001b[1;31mb\u001b[0m\n');
  });

  it.each([true, false])('never passes a control on or grows over the width (unicode %s)', (unicode) => {
    const text = fc.string({ unit: 'binary', maxLength: 120 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 100 }), (first, second, columns) => {
        const screen = createScreen({ columns, color: false, unicode });
        screen.text(2, [first, styled(second, 'bold')], 6);
        screen.line(4, [first, styled(second, 'bold')]);
        screen.row(4, [
          { text: first, width: 12, overflow: 'wrap' },
          { text: second, width: 14, overflow: 'cut' },
        ]);
        const output = screen.finish();
        if (!unicode) expect(output).toMatch(/^[\x20-\x7e\n]*$/);
        expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        for (const line of output.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(Math.max(40, columns));
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
