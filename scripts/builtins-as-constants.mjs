/** Loads sockets and streams; the parser of arguments imports it for commands that are other programs, of which there are none here. */
const lazy = 'node:child_process';

/**
 * Imports of Node's own modules become constants. An import of one asks it for everything that it exports, and what is made when
 * it is asked for (`crypto.webcrypto`, `fs.promises`, `util.diff`) is loaded then, some two megabytes.
 *
 * @param text a file of the bundle, without white space between the parts of its imports
 */
export function builtinsAsConstants(text) {
  return text.replace(/(?<=^|[;}\n])import([\w$\s{},*]+)from"(node:[\w/]+)";/g, (_all, names, module) => {
    const from = `process.getBuiltinModule("${module}")`;
    const whole = /^\s*(?:\*\s*as\s+)?([\w$]+)\s*$/.exec(names)?.[1];
    if (whole !== undefined)
      return module === lazy ? `const ${whole}={get spawn(){return ${from}.spawn}};` : `const ${whole}=${from};`;
    const [, first, some] = /^\s*(?:([\w$]+)\s*,)?\s*(\{[^{}]*\})\s*$/.exec(names) ?? [];
    if (some === undefined) throw new Error(`an import that is not understood: ${names}`);
    const named = `const${some.replace(/\s+as\s+/g, ':')}=${from};`;
    return first === undefined ? named : `const ${first}=${from};${named}`;
  });
}
