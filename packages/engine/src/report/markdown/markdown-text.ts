/**
 * Text of others in Markdown. Names stand in code spans, where nothing has a meaning: no link, no mention of a person, no
 * number of an issue, no HTML. Sentences are escaped.
 */
import { safeText } from '../safe-text.ts';

/** Characters of one value, so that no row is longer than a document may be. */
const maxChars = 300;

/** A code span; also within a table, where a bar must be escaped even there. */
export function code(text: string): string {
  const plain = safeText(text, maxChars).trim();
  if (plain === '') return '(empty)';
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  // A space on both sides is taken away again; without it a backtick at the edge would belong to the fence.
  const padded = plain.startsWith('`') || plain.endsWith('`') ? ` ${plain} ` : plain;
  return `${fence}${padded.replaceAll('|', '\\|')}${fence}`;
}

const punctuation = /[\\`*_{}[\]()#+!|~$^=-]/g;

/** A sentence: every character is shown as it is, nobody is mentioned, nothing becomes a link. */
export function prose(text: string, max = maxChars): string {
  return safeText(text, max)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(punctuation, '\\$&')
    .replace(/@/g, '@&#8203;')
    .replace(/\\#/g, '\\#&#8203;')
    .replace(/:\/\//g, ':&#8203;//')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}&#46;`);
}
