const maxLength = 160;
const maxListed = 5;

/** A value as a person reads it, on one line: values come from images, and nothing in them may move a terminal's cursor. */
export function shown(value: unknown): string {
  if (value === undefined) return 'no value';
  if (typeof value === 'string') return value === '' ? '""' : `"${oneLine(value)}"`;
  if (typeof value === 'number') return Number.isNaN(value) ? 'unknown' : String(Math.round(value * 1e6) / 1e6);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return listed(value);
  return named(value as Readonly<Record<string, unknown>>);
}

function listed(values: readonly unknown[]): string {
  if (values.length === 0) return 'none';
  const first = values.slice(0, maxListed).map(shown).join(', ');
  return values.length > maxListed ? `${first} and ${values.length - maxListed} more` : first;
}

/** Of packages, lines, commands … what they are known by; of labels their names, since values may be anything. */
function named(value: Readonly<Record<string, unknown>>): string {
  const { name, version, text, words } = value;
  if (typeof name === 'string' && typeof version === 'string') return oneLine(`${name} ${version}`);
  if (typeof text === 'string') return oneLine(text);
  if (typeof name === 'string' && Array.isArray(words)) return oneLine(words.join(' '));
  return listed(Object.keys(value).sort());
}

export function oneLine(text: string): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
