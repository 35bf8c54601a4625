import { PolicyError } from './error.ts';
import { type ExceptionFile, isWild } from './exception.ts';
import { exceptionLimits } from './exception-limits.ts';

/** Entries of one file. */
const maxExceptions = 20_000;
/** Entries whose id is a pattern: each is held against every finding. */
const maxPatterns = 1_000;

/**
 * Reads an exceptions file, our own or one of another tool, which its name or else its content tells.
 *
 * @param source the path of the file
 * @throws PolicyError `EXCEPTIONS_INVALID` with everything that is wrong
 */
export async function readExceptions(text: string, source: string): Promise<ExceptionFile> {
  if (text.length > exceptionLimits.maxCharacters) {
    const most = exceptionLimits.maxCharacters;
    throw invalid(`${source}: the file has ${text.length} characters; ${most} are allowed`);
  }
  const file = await readAny(text.replace(/^\uFEFF/, ''), source);
  const { length } = file.exceptions;
  if (length > maxExceptions) throw invalid(`${source}: ${length} exceptions; ${maxExceptions} are allowed`);
  const patterns = file.exceptions.filter(({ id }) => isWild(id)).length;
  if (patterns > maxPatterns) {
    throw invalid(`${source}: the ids of ${patterns} exceptions hold wildcards; ${maxPatterns} may`);
  }
  return file;
}

async function readAny(text: string, source: string): Promise<ExceptionFile> {
  const name = source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
  if (/\.ya?ml$/.test(name) && isOurs(text)) return ours(text, source);
  const { foreignFormats } = await import('./foreign/foreign-formats.ts');
  const format =
    foreignFormats.find((each) => each.isNamed(name)) ??
    (isOurs(text) ? undefined : foreignFormats.find((each) => each.looksLike(text)));
  if (format === undefined) return ours(text, source);
  return { source, format: format.name, exceptions: await format.read(text, source) };
}

/** What reads YAML is loaded where there is a file. */
async function ours(text: string, source: string): Promise<ExceptionFile> {
  return (await import('./exception-file.ts')).loadExceptions(text, source);
}

/** A list, or a mapping with our field: no other tool's file begins so. */
function isOurs(text: string): boolean {
  return /^exceptions:/m.test(text) || /^(?:[ \t]*(?:#.*|---.*)?\n)*(?:- |\[\s*[\]{])/.test(text);
}

function invalid(problem: string): PolicyError {
  return new PolicyError('EXCEPTIONS_INVALID', [problem]);
}
