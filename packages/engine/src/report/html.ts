/**
 * The report as one page that needs nothing else: no request leaves it, and its content policy forbids every script
 * but the one that filters the list.
 */
import { hash } from 'node:crypto';
import type { ScanResult } from '../result/types.ts';
import { groupFindings } from './finding-groups.ts';
import { anchorsOf, findingList, suppressedList } from './html/finding-sections.ts';
import { brokenGate, severityTiles, verdictBanner, warnings, whatToChange } from './html/gate-sections.ts';
import { configFacts, layerList, packageList } from './html/image-sections.ts';
import { layerPicture } from './html/layer-picture.ts';
import { type Content, html, Markup } from './html/markup.ts';
import { script } from './html/script.ts';
import { exceptionList, inputList, unseen, vexList } from './html/state-sections.ts';
import { style } from './html/style.ts';
import { selectFindings } from './shown-findings.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

/** The mark on a ship's hull that the product is named after. */
const mark = html`<svg viewBox="0 0 26 26" aria-hidden="true"><circle cx="13" cy="13" r="8.5" fill="none" stroke="currentColor" stroke-width="2.2"/><path d="M1 13h24" stroke="currentColor" stroke-width="2.2"/></svg>`;

/** @see https://www.w3.org/TR/CSP3/#framework-directive-source-list */
function contentPolicy(): string {
  const sources = [
    "default-src 'none'",
    `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
    `script-src 'sha256-${hash('sha256', script, 'base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return sources.join('; ');
}

function head(result: ScanResult): Markup {
  // Not escaped like a value: hashes may hold what `html` would change, and nothing here comes from outside.
  const policy = new Markup(contentPolicy());
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${result.verdict.result.toUpperCase()}: ${result.image.reference} (Plimsoll)</title>
<style>${new Markup(style)}</style></head><body>
<a class="skip" href="#findings">Skip to the findings</a>
<div class="top">${mark}<b>Plimsoll</b> image report<span>${result.inputs.evaluatedAt}</span></div><main>
`;
}

function* renderPage(result: ScanResult, options: ReportOptions): Generator<string> {
  const selected = selectFindings(result.findings, options.show);
  const groups = groupFindings(selected.shown);
  const anchors = anchorsOf(groups);
  function text(...parts: readonly Content[]): string {
    return html`${parts}`.text;
  }
  yield head(result).text;
  yield text(verdictBanner(result), severityTiles(result), brokenGate(result, anchors));
  yield text(whatToChange(result), warnings(result, anchors), layerPicture(result));
  for (const part of findingList(result, selected, groups)) yield part.text;
  yield text(
    suppressedList(selected.suppressed),
    unseen(result),
    exceptionList(result),
    vexList(result),
    layerList(result),
  );
  for (const part of packageList(result)) yield part.text;
  yield text(configFacts(result), inputList(result));
  yield `</main><p class="foot">Made by Plimsoll. This page asks nothing of any other place.</p><script>${script}</script></body></html>\n`;
}

export const htmlPage: ReportFormat = {
  name: 'html',
  extension: 'html',
  mediaType: 'text/html; charset=utf-8',
  render: renderPage,
};
