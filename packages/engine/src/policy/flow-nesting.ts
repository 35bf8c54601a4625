import { Lexer } from 'yaml';

/** What the lexer puts between words and is no text of the file: a byte order mark counts, these do not. */
const marks: ReadonlySet<string> = new Set(['\x02', '\x18', '\x1f']);

/**
 * The lexemes of a YAML text, until lists and mappings in brackets stand more than `maxDepth` deep in each other; where they do,
 * `tooDeep` is told the offset and there are no more. A hundred thousand brackets take 150 MB once they are parsed.
 */
export function* shallowLexemes(
  text: string,
  maxDepth: number,
  tooDeep: (offset: number) => void,
): Generator<string, void> {
  let depth = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') depth++;
    else if (lexeme === ']' || lexeme === '}') depth--;
    if (depth > maxDepth) {
      tooDeep(offset);
      return;
    }
    yield lexeme;
    if (!marks.has(lexeme)) offset += lexeme.length;
  }
}
