/**
 * Lays text out in lines that are never wider than the terminal. Everything that passes through is made harmless
 * first, so that no section can forget it.
 */
import { asciiText, safeText } from '../safe-text.ts';
import { paint, type Style } from './paint.ts';
import { splitAtWidth, textWidth, truncate } from './text-width.ts';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

type Text = string | Span | readonly (string | Span)[];

export interface Cell {
  readonly text: Text;
  /** cells on the screen */
  readonly width: number;
  /** `cut` ends a long text with an ellipsis on its first line */
  readonly overflow: 'wrap' | 'cut';
}

/** Signs that have a plain ASCII stand-in. */
interface Glyphs {
  readonly ellipsis: string;
  readonly arrow: string;
  readonly dot: string;
  readonly rule: string;
  readonly bad: string;
  readonly warning: string;
  readonly good: string;
}

const unicodeGlyphs: Glyphs = { ellipsis: '…', arrow: '→', dot: '·', rule: '─', bad: '✗', warning: '!', good: '✓' };
const asciiGlyphs: Glyphs = { ellipsis: '...', arrow: '->', dot: '-', rule: '-', bad: 'x', warning: '!', good: '+' };

export interface ScreenOptions {
  readonly columns: number;
  readonly color: boolean;
  readonly unicode: boolean;
}

export interface Screen {
  readonly columns: number;
  readonly glyphs: Glyphs;
  /** one paragraph; further lines begin at `hanging` */
  text(indent: number, text: Text, hanging?: number): void;
  /** one line, cut where it is too long */
  line(indent: number, text: Text): void;
  /** cells side by side, two apart; as many lines as the tallest needs */
  row(indent: number, cells: readonly Cell[]): void;
  blank(): void;
  finish(): string;
}

const minColumns = 40;
export const cellGap = 2;

export function styled(text: string, style: Style): Span {
  return { text, style };
}

function spansOf(text: Text): readonly Span[] {
  const parts =
    typeof text === 'string' || !Array.isArray(text) ? [text as string | Span] : (text as readonly (string | Span)[]);
  return parts.map((part) => (typeof part === 'string' ? { text: part, style: 'plain' } : part));
}

interface Line {
  readonly spans: Span[];
  width: number;
}

function append(line: Line, text: string, style: Style): void {
  const last = line.spans.at(-1);
  if (last?.style === style) line.spans[line.spans.length - 1] = { text: last.text + text, style };
  else line.spans.push({ text, style });
  line.width += textWidth(text);
}

/** Breaks at spaces; a word that is too long on its own is broken where the line ends. Never returns an empty list. */
function wrap(spans: readonly Span[], first: number, rest: number): readonly Line[] {
  const lines: Line[] = [{ spans: [], width: 0 }];
  let room = first;
  // The space that waits for its word, in its own style: one behind a badge must not continue its background.
  let gap: Span = { text: '', style: 'plain' };
  function open(): Line {
    const line: Line = { spans: [], width: 0 };
    lines.push(line);
    room = rest;
    return line;
  }
  for (const { text, style } of spans) {
    for (const piece of text.split(/( +)/)) {
      if (piece === '') continue;
      if (piece.startsWith(' ')) {
        gap = { text: piece, style };
        continue;
      }
      let line = lines.at(-1)!;
      if (line.width > 0 && line.width + gap.text.length + textWidth(piece) > room) {
        // A word may follow its neighbour without a space (a comma in another style): it moves to the next line alone.
        line = open();
        gap = { text: '', style };
      }
      if (line.width > 0 && gap.text !== '') append(line, gap.text, gap.style);
      gap = { text: '', style };
      let word = piece;
      while (line.width + textWidth(word) > room) {
        const [head, tail] = splitAtWidth(word, room - line.width);
        if (tail === '') break;
        append(line, head, style);
        word = tail;
        line = open();
      }
      append(line, word, style);
    }
  }
  return lines;
}

function cut(spans: readonly Span[], width: number, ellipsis: string): Line {
  const line: Line = { spans: [], width: 0 };
  const total = spans.reduce((sum, span) => sum + textWidth(span.text), 0);
  for (const span of spans) {
    const room = width - line.width;
    if (room <= 0) break;
    const isLast = total - line.width <= room;
    const text =
      isLast || textWidth(span.text) < room ? span.text : truncate(`${span.text}${ellipsis}`, room, ellipsis);
    append(line, text, span.style);
  }
  return line;
}

export function createScreen(options: ScreenOptions): Screen {
  const columns = Math.max(minColumns, Math.floor(options.columns));
  const glyphs = options.unicode ? unicodeGlyphs : asciiGlyphs;
  const clean = options.unicode ? safeText : asciiText;
  const output: string[] = [];

  function safeSpans(text: Text): readonly Span[] {
    return spansOf(text).map((span) => ({ text: clean(span.text), style: span.style }));
  }
  function emit(indent: number, line: Line): void {
    const body = line.spans.map((span) => paint(span.text, span.style, options.color)).join('');
    output.push(body === '' ? '' : ' '.repeat(indent) + body);
  }

  return {
    columns,
    glyphs,
    text(indent, text, hanging = indent) {
      wrap(safeSpans(text), columns - indent, columns - hanging).forEach((line, index) => {
        emit(index === 0 ? indent : hanging, line);
      });
    },
    line(indent, text) {
      emit(indent, cut(safeSpans(text), columns - indent, glyphs.ellipsis));
    },
    row(indent, cells) {
      const columnsOfLines = cells.map((cell) => {
        const spans = safeSpans(cell.text);
        return cell.overflow === 'cut'
          ? [cut(spans, cell.width, glyphs.ellipsis)]
          : wrap(spans, cell.width, cell.width);
      });
      const height = Math.max(...columnsOfLines.map((lines) => lines.length));
      for (let index = 0; index < height; index++) {
        const whole: Line = { spans: [], width: 0 };
        let start = 0;
        cells.forEach((cell, column) => {
          const line = columnsOfLines[column]![index];
          if (line !== undefined && line.width > 0) {
            if (start > whole.width) append(whole, ' '.repeat(start - whole.width), 'plain');
            for (const span of line.spans) append(whole, span.text, span.style);
          }
          start += cell.width + cellGap;
        });
        emit(indent, whole);
      }
    },
    blank() {
      if (output.length > 0 && output.at(-1) !== '') output.push('');
    },
    finish() {
      while (output.at(-1) === '') output.pop();
      return `${output.join('\n')}\n`;
    },
  };
}
