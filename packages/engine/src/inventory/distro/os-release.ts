/** `KEY=value` lines as os-release and lsb-release have them; a later line of a key wins. */
export type ReleaseFields = ReadonlyMap<string, string>;

const mostFields = 200;
const longestLine = 4096;

/**
 * Reads an os-release file: shell assignments without expansion. Lines that are none are left out, as every consumer
 * of these files does.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function parseOsRelease(text: string): ReleaseFields {
  const fields = new Map<string, string>();
  for (const raw of text.replace(/^\ufeff/, '').split('\n')) {
    const line = raw.trim();
    const equals = line.indexOf('=');
    if (equals < 1 || line.length > longestLine || line.startsWith('#')) continue;
    const key = line.slice(0, equals);
    if (!/^\w+$/.test(key)) continue;
    const value = unquote(line.slice(equals + 1));
    if (value !== null && fields.size < mostFields) fields.set(key, value);
  }
  return fields;
}

/** Null when a quotation is not closed. */
function unquote(text: string): string | null {
  let value = '';
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (quote === "'") {
      if (char === quote) quote = '';
      else value += char;
    } else if (char === '\\' && at + 1 < text.length) {
      at += 1;
      const next = text[at]!;
      // in double quotes a backslash escapes these alone; before any other character it stands for itself
      value += quote === '' || '"$\\`'.includes(next) ? next : `\\${next}`;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (quote === '' && (char === ' ' || char === '\t')) break;
    else value += char;
  }
  return quote === '' ? value : null;
}
