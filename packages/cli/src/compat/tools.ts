import type { ForeignTool } from './foreign-tool.ts';

/** Commands of other tools that Plimsoll answers to, loaded when one runs. A new one is a file, its test, and a line here. */
export const foreignTools: Readonly<Record<string, () => Promise<ForeignTool>>> = {
  'clair-scanner': async () => (await import('./clair-scanner.ts')).clairScanner,
  'sysdig-cli-scanner': async () => (await import('./sysdig-cli-scanner.ts')).sysdigCliScanner,
  inline_scan: async () => (await import('./inline-scan.ts')).inlineScan,
  'qualys_analysis.sh': async () => (await import('./qualys-analysis.ts')).qualysAnalysis,
};

export const foreignToolNames: readonly string[] = Object.keys(foreignTools);
