/** A module as the build information names it. */
export interface GoModule {
  readonly name: string;
  /** `v1.2.3`, `(devel)`, or empty: what stands in a local folder has none */
  readonly version: string;
}

/** Build information, taken apart. */
export interface GoModules {
  readonly main: GoModule | null;
  /** of the main package; empty where it is not stated */
  readonly path: string;
  /** dependencies, in the order of the text; a replaced one is what it was replaced by */
  readonly modules: readonly GoModule[];
  /** build settings: `vcs.revision`, `-ldflags` … */
  readonly settings: ReadonlyMap<string, string>;
}

/** More lines than the largest programs have modules, 50 times over. */
const maxLines = 100_000;

/**
 * Reads the lines that `go version -m` prints.
 *
 * @see https://pkg.go.dev/runtime/debug#BuildInfo
 */
export function parseGoModules(text: string): GoModules {
  let main: GoModule | null = null;
  let path = '';
  const modules: GoModule[] = [];
  const settings = new Map<string, string>();
  let last: 'main' | 'dependency' | null = null;
  for (const line of text.split('\n', maxLines)) {
    const [kind, name = '', version = ''] = line.split('\t');
    switch (kind) {
      case 'path':
        path = name;
        break;
      case 'mod':
        main = { name, version };
        last = 'main';
        break;
      case 'dep':
        modules.push({ name, version });
        last = 'dependency';
        break;
      case '=>':
        // a module that was replaced by a folder keeps its own name: the folder's says nothing to others
        if (last === 'dependency' && !isFolder(name)) modules[modules.length - 1] = { name, version };
        last = null;
        break;
      case 'build': {
        const [key, value] = settingOf(line.slice(line.indexOf('\t') + 1));
        settings.set(key, value);
        break;
      }
    }
  }
  return { main, path, modules, settings };
}

function isFolder(name: string): boolean {
  return name === '' || name.startsWith('./') || name.startsWith('../') || name.startsWith('/') || name === '.';
}

/** `key=value`, either of which may be a quoted Go string. */
function settingOf(text: string): readonly [key: string, value: string] {
  const quoted = text.startsWith('"') ? /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0] : undefined;
  const end = quoted === undefined ? text.indexOf('=') : quoted.length;
  return end < 0 ? [text, ''] : [unquoted(text.slice(0, end)), unquoted(text.slice(end + 1))];
}

function unquoted(text: string): string {
  if (text.startsWith('`') && text.endsWith('`') && text.length > 1) return text.slice(1, -1);
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    // Go has escapes that JSON has not; they stand in no version
    return text.slice(1, -1);
  }
}
