/** Every format that `scan` writes, in the order in which help lists them. A new one is one file, its test and one line here. */
import { clair } from './clair.ts';
import { compliance } from './compliance.ts';
import { csv } from './csv.ts';
import { gitlab } from './gitlab.ts';
import { gitlabCodequality } from './gitlab-codequality.ts';
import { htmlPage } from './html.ts';
import { inventoryFormats } from './inventory-formats.ts';
import { junit } from './junit.ts';
import { markdown, markdownSummary } from './markdown.ts';
import { sarif } from './sarif.ts';
import { table } from './table.ts';
import type { ReportFormat } from './types.ts';
import { zipOf } from './zip.ts';

const single: readonly ReportFormat[] = [
  table,
  htmlPage,
  ...inventoryFormats,
  sarif,
  gitlab,
  gitlabCodequality,
  junit,
  csv,
  markdown,
  markdownSummary,
  clair,
  compliance,
];

export const formats: readonly ReportFormat[] = [...single, zipOf(single)];
