import { oneLine } from './one-line.ts';

/** How progress is told: redrawn on a terminal, plain lines in CI, else not at all. Work under a second shows nothing. */
export interface ProgressStream {
  /** in CI: lines, one after the other */
  readonly plain: boolean;
  columns(): number;
  /** on a terminal: the one line that is redrawn, when it is time to */
  show(line: () => string): void;
  /** in CI: steps that were done; held back until a second has passed */
  steps(lines: readonly string[]): void;
  /** a note that stays, wherever standard error goes */
  note(line: string): void;
  clear(): void;
}

const silentMs = 1000;
const redrawMs = 100;

/** @param quiet `--quiet`: neither progress nor notes */
export function progressStream(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, quiet: boolean): ProgressStream {
  const terminal = !quiet && stream.isTTY === true && env.TERM !== 'dumb';
  const plain = !quiet && !terminal && Boolean(env.CI) && env.CI !== 'false';
  const started = Date.now();
  let held: string[] = [];
  let last = 0;
  let drawn = false;
  const clear = () => {
    if (drawn) stream.write('\r\x1b[2K');
    drawn = false;
  };
  const write = (line: string) => stream.write(`plimsoll: ${oneLine(line)}\n`);
  return {
    plain,
    columns: () => stream.columns || 80,
    show(line) {
      const now = Date.now();
      if (!terminal || now - started < silentMs || now - last < redrawMs) return;
      last = now;
      clear();
      stream.write(line());
      drawn = true;
    },
    steps(lines) {
      held.push(...lines);
      if (!plain || Date.now() - started < silentMs) return;
      for (const line of held) write(line);
      held = [];
    },
    note(line) {
      if (quiet) return;
      clear();
      write(line);
    },
    clear,
  };
}
