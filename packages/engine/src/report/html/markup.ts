/**
 * HTML that cannot be broken by what it shows: the tag `html` makes every value harmless and escapes it, unless the
 * value is markup itself. Values stand in element content or in quoted attributes, nowhere else.
 */
import { safeText } from '../safe-text.ts';

/** Characters of one value; long instructions and messages are wanted here. */
const maxValueChars = 4000;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const special = /[&<>"']/g;
/** Nearly every text: nothing in it has another form. */
const plain = /^[ !#-%(-;=?-~]*$/;

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | null | false | readonly Content[];

function escapeHtml(value: string): string {
  if (value.length <= maxValueChars && plain.test(value)) return value;
  return safeText(value, maxValueChars).replace(special, (char) => escapes[char]!);
}

/** As it stands in the page. */
export function contentText(value: Content): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (value === null || value === false) return '';
  return value.map(contentText).join('');
}

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = parts[0]!;
  for (let index = 0; index < values.length; index++) text += contentText(values[index]!) + parts[index + 1]!;
  return new Markup(text);
}
