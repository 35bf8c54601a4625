/** How progress is told: redrawn on a terminal, plain lines in CI, else not at all. */
export interface ProgressStream {
  /** shows `line` when it is time to; `final` lines are always shown once anything was */
  show(line: () => string, final?: boolean): void;
  /** a note that stays: shown on a terminal and in CI */
  note(line: string): void;
  clear(): void;
}

const silentMs = 1000;
const redrawMs = 100;
const plainMs = 5000;

/**
 * Work that takes less than a second shows nothing.
 *
 * @param quiet `--quiet`
 */
export function progressStream(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, quiet: boolean): ProgressStream {
  const terminal = stream.isTTY === true && env.TERM !== 'dumb';
  const plain = !terminal && Boolean(env.CI && env.CI !== 'false');
  const started = Date.now();
  let last = 0;
  let drawn = false;
  const clear = () => {
    if (drawn) stream.write('\r\x1b[2K');
    drawn = false;
  };
  return {
    show(line, final = false) {
      const now = Date.now();
      if (quiet || (!terminal && !plain) || now - started < silentMs) return;
      if (!final && now - last < (terminal ? redrawMs : plainMs)) return;
      last = now;
      clear();
      stream.write(terminal ? line() : `${line()}\n`);
      drawn = terminal;
    },
    note(line) {
      if (quiet) return;
      clear();
      stream.write(`plimsoll: ${line}\n`);
    },
    clear,
  };
}
