/** One simple command of a shell script. */
export interface ShellCommand {
  /** without folders: `apt-get` of `/usr/bin/apt-get` */
  readonly name: string;
  /** its arguments, unquoted; what a substitution (`$(…)`) gives is left out */
  readonly words: readonly string[];
}

/** Scripts in scripts (`$(…)`, `sh -c '…'`). Deeper ones are not looked into. */
const maxDepth = 8;
/** Of one script, so that no text makes rules expensive. */
const maxCommands = 2000;

/**
 * The simple commands of a shell script in the order in which they are written, whether or not they would run: those after
 * `&&`, in branches, loops, subshells, substitutions and scripts given to a shell. Commands that run others (`sudo`, `env`,
 * `exec` …) are listed, and so is what they run. A text that is no script gives some commands, never an error; time is
 * linear in its length.
 */
export function shellCommands(script: string): readonly ShellCommand[] {
  const found: ShellCommand[] = [];
  new ScriptReader(script, found, 0).read();
  return found;
}

/** Words that stand before a command. */
const leading: ReadonlySet<string> = new Set('if then elif else while until do ! { } time fi done esac'.split(' '));
/** Commands whose arguments are a command; the options of theirs that take a value. */
const wrappers: ReadonlyMap<string, string> = new Map([
  ['sudo', 'ugpCDhrtT'],
  ['doas', 'u'],
  ['env', 'uC'],
  ['exec', 'a'],
  ['command', ''],
  ['nohup', ''],
  ['nice', 'n'],
  ['eatmydata', ''],
  ['time', ''],
  ['xargs', 'InPLds'],
  ['gosu', ''],
  ['timeout', 'sk'],
]);
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh']);

interface HereDocument {
  readonly end: string;
  readonly indented: boolean;
}

class ScriptReader {
  readonly #text: string;
  readonly #found: ShellCommand[];
  readonly #depth: number;
  #at = 0;
  #words: string[] = [];
  /** null between words */
  #word: string | null = null;
  #target = false;
  #documents: HereDocument[] = [];

  constructor(text: string, found: ShellCommand[], depth: number) {
    this.#text = text;
    this.#found = found;
    this.#depth = depth;
  }

  read(): void {
    while (this.#at < this.#text.length && this.#found.length < maxCommands) this.#step();
    this.#endCommand();
  }

  #step(): void {
    const char = this.#text[this.#at]!;
    this.#at += 1;
    if (char === '\\') this.#escaped();
    else if (char === "'") this.#add(this.#until("'"));
    else if (char === '"') this.#quoted();
    else if (char === '$' && this.#text[this.#at] === '(') this.#substitution(this.#at + 1);
    else if (char === '`') this.#inner(this.#until('`'));
    else if (char === '#' && this.#word === null) this.#at = this.#lineEnd();
    else if (char === '\n') this.#newLine();
    else if (char === ' ' || char === '\t' || char === '\r') this.#endWord();
    else if (char === '>' || char === '<') this.#redirection(char);
    else if (';|()'.includes(char)) this.#endCommand();
    else if (char === '&' && this.#text[this.#at] !== '>') this.#endCommand();
    else this.#add(char);
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #escaped(): void {
    const next = this.#text[this.#at];
    this.#at += 1;
    if (next !== '\n' && next !== undefined) this.#add(next);
  }

  /** What stands up to a character, which is passed too. */
  #until(end: string): string {
    const from = this.#at;
    const at = this.#text.indexOf(end, from);
    this.#at = at < 0 ? this.#text.length : at + 1;
    return this.#text.slice(from, at < 0 ? undefined : at);
  }

  #quoted(): void {
    this.#add('');
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      this.#at += 1;
      if (char === '"') return;
      if (char === '\\') this.#escaped();
      else if (char === '$' && this.#text[this.#at] === '(') this.#substitution(this.#at + 1);
      else if (char === '`') this.#inner(this.#until('`'));
      else this.#add(char);
    }
  }

  /** `$( … )`: to the bracket that closes it; quotes in it count. */
  #substitution(from: number): void {
    let open = 1;
    let at = from;
    for (let quote = ''; at < this.#text.length && open > 0; at += 1) {
      const char = this.#text[at]!;
      if (char === '\\' && quote !== "'") at += 1;
      else if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === "'" || char === '"') quote = char;
      else if (char === '(') open += 1;
      else if (char === ')') open -= 1;
    }
    this.#at = at;
    this.#inner(this.#text.slice(from, open === 0 ? at - 1 : at));
  }

  #inner(script: string): void {
    this.#add('');
    if (this.#depth < maxDepth) new ScriptReader(script, this.#found, this.#depth + 1).read();
  }

  #lineEnd(): number {
    const at = this.#text.indexOf('\n', this.#at);
    return at < 0 ? this.#text.length : at;
  }

  #redirection(char: string): void {
    // a number before it is a file's, no argument
    if (this.#word !== null && /^[\d&]+$/.test(this.#word)) this.#word = null;
    this.#endWord();
    if (char === '<' && this.#text[this.#at] === '<' && this.#text[this.#at + 1] !== '<') {
      const [all = '', dash = '', end = ''] =
        /^<(-?)[ \t]*['"\\]?([A-Za-z0-9_.-]{1,100})['"]?/.exec(this.#text.slice(this.#at, this.#at + 120)) ?? [];
      this.#at += Math.max(all.length, 1);
      if (end !== '') this.#documents.push({ end, indented: dash !== '' });
      return;
    }
    while ('<>&|'.includes(this.#text[this.#at] ?? '.')) this.#at += 1;
    this.#target = true;
  }

  #newLine(): void {
    this.#endWord();
    const [program = ''] = this.#words;
    const documents = this.#documents;
    this.#documents = [];
    this.#endCommand();
    for (const { end, indented } of documents) {
      const body = this.#document(end, indented);
      if (shells.has(baseName(program)) && this.#depth < maxDepth) {
        new ScriptReader(body, this.#found, this.#depth + 1).read();
      }
    }
  }

  #document(end: string, indented: boolean): string {
    const from = this.#at;
    while (this.#at < this.#text.length) {
      const start = this.#at;
      const stop = this.#lineEnd();
      this.#at = stop + 1;
      const line = this.#text.slice(start, stop);
      if ((indented ? line.replace(/^\t+/, '') : line) === end) return this.#text.slice(from, start);
    }
    return this.#text.slice(from);
  }

  #endWord(): void {
    if (this.#word === null) return;
    if (!this.#target) this.#words.push(this.#word);
    this.#target = false;
    this.#word = null;
  }

  #endCommand(): void {
    this.#endWord();
    this.#target = false;
    const words = this.#words;
    this.#words = [];
    this.#list(words);
  }

  #list(given: readonly string[]): void {
    let words = given;
    for (let wrapped = 0; wrapped <= maxDepth; wrapped += 1) {
      const first = words.findIndex((word) => !leading.has(word) && !/^[A-Za-z_]\w*\+?=/.test(word));
      if (first < 0 || words[first] === '' || this.#found.length >= maxCommands) return;
      const name = baseName(words[first]!);
      words = words.slice(first + 1);
      this.#found.push({ name, words });
      if (shells.has(name)) {
        this.#script(words);
        return;
      }
      const valued = wrappers.get(name);
      if (valued === undefined) return;
      words = words.slice(wrappedAt(name, words, valued));
    }
  }

  /** `sh -c SCRIPT`, `bash -euxo pipefail -c SCRIPT` */
  #script(words: readonly string[]): void {
    const flag = words.findIndex((word) => /^-[a-z]*c$/.test(word));
    const script = flag < 0 ? undefined : words[flag + 1];
    if (script !== undefined && this.#depth < maxDepth) new ScriptReader(script, this.#found, this.#depth + 1).read();
  }
}

/** Where the command begins that another runs: behind its options. */
function wrappedAt(name: string, words: readonly string[], valued: string): number {
  let at = 0;
  for (let word = words[at]; word?.startsWith('-'); word = words[at]) {
    at += word.length === 2 && valued.includes(word[1]!) ? 2 : 1;
    if (word === '--') break;
  }
  // of these the first argument is a user, or a time
  return name === 'gosu' || name === 'timeout' ? at + 1 : at;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
