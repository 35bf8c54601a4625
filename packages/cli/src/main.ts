import { describeFailure, Interrupted } from './exit.ts';
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
  const interrupt = () => control.abort(new Interrupted('interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
  // A reader that left early (`plimsoll … | head`) is no fault of the scan; its exit code stays.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') fail(error, control.signal);
  });
  process.on('uncaughtException', (error) => process.exit(fail(error, control.signal)));
  try {
    process.exitCode = await buildProgram(control, productVersion()).run(argv);
  } catch (error) {
    process.exitCode = fail(error, control.signal);
  }
  process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt).removeListener('SIGHUP', interrupt);
}

function fail(error: unknown, signal: AbortSignal): number {
  const { code, lines } = describeFailure(error, signal);
  process.stderr.write(lines.map((line) => `plimsoll: ${line}\n`).join(''));
  return code;
}

await main(process.argv.slice(2));
