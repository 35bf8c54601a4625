import type { ForeignTool } from './foreign-tool.ts';

/** Commands of other tools that Plimsoll answers to, loaded when one runs. A new one is a file, its test, and a line here. */
export const foreignTools: Readonly<Record<string, () => Promise<ForeignTool>>> = {
  'clair-scanner': async () => (await import('./clair-scanner.ts')).clairScanner,
};

export const foreignToolNames: readonly string[] = Object.keys(foreignTools);
