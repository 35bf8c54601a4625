/** The report for the terminal: the verdict and what broke the gate first, then what to do, then the rest. */
import type { ScanResult } from '../result/types.ts';
import { findingList, suppressedList } from './terminal/finding-sections.ts';
import { brokenGate, controls, headline, warnings, whatToDo } from './terminal/gate-sections.ts';
import { platformDifferences } from './terminal/platform-sections.ts';
import { createScreen } from './terminal/screen.ts';
import { coverage, exceptions, footer, unseen, vexStatements } from './terminal/state-sections.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

export const table: ReportFormat = {
  name: 'table',
  extension: 'txt',
  mediaType: 'text/plain; charset=utf-8',
  render(result: ScanResult, options: ReportOptions): string {
    const screen = createScreen(options);
    headline(screen, result);
    brokenGate(screen, result);
    whatToDo(screen, result);
    warnings(screen, result);
    controls(screen, result);
    findingList(screen, result, options);
    suppressedList(screen, result, options);
    unseen(screen, result);
    exceptions(screen, result);
    vexStatements(screen, result);
    coverage(screen, result);
    footer(screen, result);
    return screen.finish();
  },
  renderAll(all, options) {
    const screen = createScreen(options);
    if (all.results.length > 1) platformDifferences(screen, all);
    return [...all.results.map((result) => `${table.render(result, options)}\n`), screen.finish()];
  },
};
