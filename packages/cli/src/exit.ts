/**
 * What the process ends with. The help and docs/reference/exit-codes.md are made of this table; `describeFailure` is the one
 * place where an error becomes a code. Only 0 lets an image through.
 */
export const exitCodes: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: 'the policy holds' },
  { code: 1, meaning: 'the policy is broken: stop the pipeline' },
  { code: 2, meaning: 'the command line or a configuration file is wrong' },
  { code: 3, meaning: 'the scan could not be done (image unreadable, network, engine, internal error)' },
  { code: 4, meaning: 'the inventory is incomplete and the policy does not allow that' },
  { code: 5, meaning: 'advisories that this image needs are missing or stale' },
  { code: 130, meaning: 'interrupted' },
];

/** A wrong command line or configuration: exit 2. `problems` are complete lines. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit code and lines to print for anything that was thrown. An error that nobody expected is 3, as any scan that could not be done. */
export function describeFailure(error: unknown, signal: AbortSignal): { code: number; lines: string[] } {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof Interrupted) return { code: 130, lines: ['interrupted'] };
    if (reason instanceof TimedOut) return { code: 3, lines: [reason.message] };
  }
  if (!(error instanceof Error)) return { code: 3, lines: [`internal error: ${String(error)}`] };
  const lines = error.message.split('\n');
  switch (error.name) {
    case 'UsageError':
    case 'PolicyError':
      return { code: 2, lines };
    case 'ImageError':
    case 'AdvisoryError':
    case 'CatalogError':
    case 'OutputError':
    case 'TemplateError':
    case 'AttestError':
      return { code: 3, lines };
    default:
      return { code: 3, lines: [`internal error: ${error.message}`, ...stackLines(error)] };
  }
}

/** A fault of ours is worth a stack trace; what the user or the image did wrong is not. */
function stackLines(error: Error): string[] {
  return process.env.PLIMSOLL_DEBUG
    ? (error.stack ?? '').split('\n').slice(1)
    : ['set PLIMSOLL_DEBUG=1 for the stack trace'];
}

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** A report that cannot be written. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}
