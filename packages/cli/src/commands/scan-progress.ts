import {
  type ProgressState,
  progressLine,
  progressMessages,
  type ScanProgress,
  startProgress,
  withLayer,
  withShards,
} from '@plimsoll/engine';
import type { ProgressStream } from '../progress.ts';

/** Tells the engine's progress: one line that is redrawn on a terminal, a line per step in CI. */
export function scanProgress(reference: string, stream: ProgressStream): ScanProgress {
  let state = startProgress(reference);
  const become = (next: ProgressState) => {
    const steps = stream.plain ? progressMessages(state, next) : [];
    state = next;
    if (stream.plain) stream.steps(steps);
    else stream.show(() => progressLine(state, stream.columns()));
  };
  return {
    layer: (event) => become(withLayer(state, event)),
    advisories: (event) => become(withShards(state, event)),
    note: (text) => stream.note(text),
  };
}
