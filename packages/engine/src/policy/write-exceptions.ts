import type { Exception } from './exception.ts';

/** What stands in for what other tools do not ask for. */
export interface Completion {
  readonly owner: string | null;
  readonly expires: string | null;
}

/**
 * Exceptions as a file of ours, each with what it was made of. Those that are not honoured become comments that say why.
 *
 * @returns the text, or how many entries have no owner and no end and `completion` neither
 */
export function writeExceptions(
  exceptions: readonly Exception[],
  completion: Completion,
): { readonly text: string } | { readonly ownerless: number; readonly endless: number } {
  const honoured = exceptions.filter((exception) => exception.honoured);
  const ownerless = completion.owner === null ? honoured.filter(({ owner }) => owner === null).length : 0;
  const isEndless = ({ expires, untilFixed }: Exception) => expires === null && !untilFixed;
  const endless = completion.expires === null ? honoured.filter(isEndless).length : 0;
  if (ownerless + endless > 0) return { ownerless, endless };
  const entries = exceptions.map((exception) =>
    exception.honoured ? entryText(exception, completion) : commentText(exception),
  );
  const body = entries.join('');
  return { text: honoured.length === 0 ? `${body}[]\n` : body };
}

function entryText(exception: Exception, completion: Completion): string {
  const { source, untilFixed, expires } = exception;
  const fields: readonly (readonly [name: string, value: string | readonly string[] | null])[] = [
    ['id', exception.id],
    ['kind', exception.kinds],
    ['package', exception.package],
    ['type', exception.type],
    ['version', exception.version],
    ['path', exception.path],
    ['image', exception.images],
    ['notImage', exception.notImages.length === 0 ? null : exception.notImages],
    ['fix', exception.fix],
    ['category', exception.category],
    ['reason', exception.reason ?? `taken over from ${source}, which gives no reason`],
    ['owner', exception.owner ?? completion.owner],
    ['approver', exception.approver],
    ['ticket', exception.ticket],
    ['expires', expires ?? (untilFixed ? null : completion.expires)],
    ['until', untilFixed ? 'fixed' : null],
    ['from', source],
  ];
  const lines = fields.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${written(value)}`]));
  return `- ${lines.join('\n  ')}\n`;
}

function commentText({ id, source, notes }: Exception): string {
  return [`${id} (${source})`, ...notes].map((line) => `# ${line.replace(/[\r\n]+/g, ' ')}\n`).join('');
}

function written(value: string | readonly string[]): string {
  return typeof value === 'string' ? scalar(value) : `[${value.map(scalar).join(', ')}]`;
}

/** Plain where YAML cannot take it for anything else; a text of JSON is one of YAML. */
function scalar(text: string): string {
  const plain = /^[A-Za-z][\w./@+-]*(?: [\w./@+-]+)*$/.test(text) || /^\d{4}-\d{2}-\d{2}$/.test(text);
  return plain && !/^(?:true|false|null|yes|no|on|off|nan|inf)$/i.test(text) ? text : JSON.stringify(text);
}
