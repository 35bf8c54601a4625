import { describeFailure, Interrupted, OutputError } from './exit.ts';
import { fileReason } from './files.ts';
import { oneLine } from './one-line.ts';
import { buildProgram } from './program.ts';
import { productVersion } from './version.ts';

/**
 * The command line's entry. Nothing that a command needs is loaded before that command runs: `--help` and `--version`
 * cost little more than starting Node.
 */
async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`plimsoll ${productVersion()}\n`);
    return;
  }
  const control = new AbortController();
  // The second time there is no waiting for what should have stopped; Node's own way would not end with 130.
  let done = false;
  const interrupt = () => {
    if (done) return;
    if (control.signal.aborted) process.exit(fail(control.signal.reason, control.signal));
    control.abort(new Interrupted('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  // A reader that left early (`plimsoll … | head`) is no fault of the scan; its exit code stays.
  let unwritable: OutputError | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    unwritable = new OutputError(`standard output cannot be written: ${fileReason(error)}`);
    if (done) process.exitCode = fail(unwritable, control.signal);
  });
  process.on('uncaughtException', (error) => process.exit(fail(error, control.signal)));
  try {
    process.exitCode = await buildProgram(control, productVersion()).run(argv);
  } catch (error) {
    const code = fail(error, control.signal);
    // Node gives the signals back to the system while it winds up, so a second one would end the process without its code;
    // this way out keeps them.
    if (control.signal.reason instanceof Interrupted) process.exit(code);
    process.exitCode = code;
  }
  done = true;
  if (unwritable) process.exitCode = fail(unwritable, control.signal);
}

function fail(error: unknown, signal: AbortSignal): number {
  const { code, lines } = describeFailure(error, signal);
  process.stderr.write(lines.map((line) => `plimsoll: ${oneLine(line)}\n`).join(''));
  return code;
}

// Not awaited at the top level: the executable file is CommonJS, which has none. `main` never rejects.
void main(process.argv.slice(2));
