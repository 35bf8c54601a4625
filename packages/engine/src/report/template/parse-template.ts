/** `{{name}}`, `{{#list}}…{{/list}}`, `{{^list}}…{{/list}}`, `{{! remark}}`: nothing else has a meaning. */

/** A template that is wrong; the message begins with `FILE:LINE: `. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
  }
}

export type TemplatePart =
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  | { readonly kind: 'value'; readonly line: number; readonly path: readonly string[] }
  | {
      readonly kind: 'section';
      readonly line: number;
      /** empty for `.`, the item itself */
      readonly path: readonly string[];
      readonly inverted: boolean;
      readonly parts: readonly TemplatePart[];
    };

/** Characters of a template. */
const maxChars = 256 * 1024;
const maxDepth = 16;
const tag = /\{\{([#^/!]?)([^{}]{0,200})\}\}/g;
const pathForm = /^(?:\.|[A-Za-z][\w-]*(?:\.[\w-]+)*)$/;

export type KnownNames = ReadonlyMap<string, ReadonlySet<string> | null>;

interface Open {
  readonly line: number;
  readonly name: string;
  readonly inverted: boolean;
  readonly parts: TemplatePart[];
}

/**
 * @param known names that a path may begin with, each with those that may follow it; null where any may
 * @throws TemplateError
 */
export function parseTemplate(text: string, file: string, known: KnownNames): readonly TemplatePart[] {
  if (text.length > maxChars) throw new TemplateError(file, 1, `a template may have ${maxChars} characters`);
  const open: Open[] = [{ line: 1, name: '', inverted: false, parts: [] }];
  let line = 1;
  let at = 0;
  const put = (part: TemplatePart) => open.at(-1)!.parts.push(part);
  const literal = (end: number) => {
    const words = text.slice(at, end);
    const broken = /\{\{/.exec(words);
    if (broken)
      throw new TemplateError(
        file,
        line + newLines(words.slice(0, broken.index)),
        'what begins with "{{" is no tag, or has no end',
      );
    if (words !== '') put({ kind: 'text', line, text: words });
    line += newLines(words);
  };
  for (const found of text.matchAll(tag)) {
    literal(found.index);
    const [whole, sign = '', inner = ''] = found;
    at = found.index + whole.length;
    const name = inner.trim();
    if (sign !== '!') {
      if (!pathForm.test(name)) throw new TemplateError(file, line, `"${name}" is no name`);
      const wrong = sign === '/' ? undefined : unknownIn(pathOf(name), known);
      if (wrong !== undefined) throw new TemplateError(file, line, `nothing is named "${wrong}"`);
    }
    if (sign === '') put({ kind: 'value', line, path: pathOf(name) });
    else if (sign === '/') close(name);
    else if (sign !== '!') {
      if (open.length > maxDepth)
        throw new TemplateError(file, line, `lists stand in each other more than ${maxDepth} deep`);
      open.push({ line, name, inverted: sign === '^', parts: [] });
    }
    line += newLines(whole);
  }
  literal(text.length);
  const last = open.at(-1)!;
  if (open.length > 1) throw new TemplateError(file, last.line, `"${last.name}" has no end; write {{/${last.name}}}`);
  return last.parts;

  function close(name: string): void {
    const ended = open.length > 1 ? open.pop()! : undefined;
    if (ended?.name !== name) {
      const wanted =
        ended === undefined ? 'nothing is open here' : `"${ended.name}" of line ${ended.line} is open here`;
      throw new TemplateError(file, line, `"${name}" ends, and ${wanted}`);
    }
    put({ kind: 'section', line: ended.line, path: pathOf(name), inverted: ended.inverted, parts: ended.parts });
  }
}

/** The shortest beginning of the path that names nothing: a name that is wrong would be written as an empty text. */
function unknownIn(path: readonly string[], known: KnownNames): string | undefined {
  const at = path.findIndex((name, index) => {
    if (index === 0) return !known.has(name);
    const next = known.get(path[index - 1]!);
    // In the middle of a path a number is an item of a list.
    return next !== undefined && next !== null && !next.has(name) && !/^\d+$/.test(name);
  });
  return at < 0 ? undefined : path.slice(0, at + 1).join('.');
}

function pathOf(name: string): readonly string[] {
  return name === '.' ? [] : name.split('.');
}

function newLines(text: string): number {
  return text.split('\n').length - 1;
}
