/** The public names of the engine. Import from here; nothing else is stable. */
export type { ScanResult } from './result/types.ts';
