/**
 * Texts of an SBOM. An image's author chooses names, versions and paths; a standard field holds them on one line and without
 * what acts on a terminal or ends a value of the tag-value format. What that changes has a property with the exact text.
 */
import { escapeInvisible } from '../json-text.ts';

/** Needs no look: what nearly every text is. */
const harmless = /^[!#-;=-~](?:[ -;=-~]*[!-;=-~])?$/;
const unsafe = /[\u2065\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|<(?=\/?text>)/giu;
/** The same, but for the ends of lines. */
const unsafeInBlock = /(?!\n)[\u2065\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|<(?=\/?text>)/giu;

/** On one line, each dangerous character as U+FFFD, without spaces around it. */
export function lineText(text: string): string {
  return harmless.test(text) ? text : text.replace(unsafe, '\ufffd').trim();
}

/** The same for a text of several lines. */
export function blockText(text: string): string {
  return harmless.test(text) ? text : text.replaceAll('\r\n', '\n').replace(unsafeInBlock, '\ufffd').trim();
}

/** A property's text: as it is, or a JSON string (which begins with `"`) where it would not be harmless. */
export function propertyText(text: string): string {
  if (harmless.test(text)) return text;
  return text.startsWith('"') || text.search(unsafe) >= 0 ? safeJson(text) : text;
}

/** JSON that is harmless in a terminal and within a value of the tag-value format. */
export function safeJson(value: unknown): string {
  return escapeInvisible(JSON.stringify(value)).replaceAll('<', '\\u003c');
}
