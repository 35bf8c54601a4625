import { AdvisoryError } from '../advisory-error.ts';

/**
 * The records of a CSV file, also where a quoted field holds commas, quotes or line breaks. An empty line is no record.
 *
 * @throws AdvisoryError `feed-malformed` (ends within quotes), `feed-too-large` (one record over `maxRecordChars`)
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export async function* csvRecords(
  name: string,
  stream: AsyncIterable<Buffer>,
  maxRecordChars: number,
): AsyncGenerator<readonly string[]> {
  let held: string[] = [];
  let chars = 0;
  for await (const line of textLines(name, stream, maxRecordChars)) {
    const closes = (line.split('"').length - 1) % 2 === (held.length > 0 ? 1 : 0);
    if (held.length === 0 && closes) {
      if (line !== '') yield fieldsOf(line);
      continue;
    }
    held.push(line);
    chars += line.length + 1;
    if (chars > maxRecordChars)
      throw new AdvisoryError('feed-too-large', `${name}: one record is larger than ${maxRecordChars} characters`);
    if (!closes) continue;
    yield fieldsOf(held.join('\n'));
    held = [];
    chars = 0;
  }
  if (held.length > 0) throw new AdvisoryError('feed-malformed', `${name}: ends within quotes; fetch it again`);
}

/** Lines without their ends. @throws AdvisoryError `feed-too-large` */
export async function* textLines(
  name: string,
  stream: AsyncIterable<Buffer>,
  maxLineChars: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const chunk of stream) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) yield checked(name, line, maxLineChars);
    checked(name, held, maxLineChars);
  }
  held += decoder.decode();
  if (held !== '') yield checked(name, held, maxLineChars);
}

function checked(name: string, line: string, maxLineChars: number): string {
  if (line.length > maxLineChars)
    throw new AdvisoryError('feed-too-large', `${name}: one line is larger than ${maxLineChars} characters`);
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

const field = /"((?:[^"]|"")*)"(?:,|$)|([^,]*)(?:,|$)/y;

/** What no CSV writer made (a quote within a plain field) is taken as it stands. */
function fieldsOf(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  for (let at = 0; at <= text.length; ) {
    field.lastIndex = at;
    const [all = '', quoted, plain = ''] = field.exec(text) ?? [];
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += all.length;
    if (!all.endsWith(',')) break;
  }
  return fields;
}
