import type { ScanProgress } from '@plimsoll/engine';
import type { ProgressStream } from '../progress.ts';

/** Tells the engine's progress on the given stream. */
export function scanProgress(stream: ProgressStream): ScanProgress {
  return { layer() {}, advisories() {}, note: (text) => stream.note(text) };
}
