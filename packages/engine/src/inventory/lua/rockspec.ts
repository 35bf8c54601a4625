import { declaredLicenses, isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** What is looked at, bytes; the fields stand before the long list of modules. */
const longestHead = 64 * 1024;

/** `NAME/VERSION/NAME-VERSION.rockspec`: LuaRocks itself names the directories, so they say what the file says. */
export function isInstalledRockspec(path: string): boolean {
  const [name, version, file] = path.split('/').slice(-3);
  return file === `${name}-${version}.rockspec`;
}

/**
 * Reads an installed rockspec. It is a program in Lua, whose fields may be computed: those that are no literals are taken
 * from the path.
 *
 * @throws CatalogError when neither says name and version
 * @see https://github.com/luarocks/luarocks/blob/main/docs/rockspec_format.md
 */
export function parseRockspec(path: string, body: Buffer): ListedPackage {
  const lines = body.toString('utf8', 0, longestHead).split('\n');
  const [directory, folder] = path.split('/').slice(-3);
  const name = field(lines, 'package') ?? directory;
  const version = field(lines, 'version') ?? folder;
  if (!isWord(name) || !isWord(version)) {
    throw new CatalogError('package-manifest-damaged', 'the rockspec has no readable package and version');
  }
  const licenses = declaredLicenses([inTable(lines, 'license')]);
  return { type: 'luarocks', name, version, purl: buildPurl({ type: 'luarocks', name, version }), licenses };
}

/** `package = "kong"` at the start of a line */
function field(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((text) => text.startsWith(name) && /^ {0,16}=/.test(text.slice(name.length)));
  return line === undefined ? undefined : literal(line.slice(line.indexOf('=') + 1));
}

/** `license = "MIT"` in a table, on a line of its own or behind others */
function inTable(lines: readonly string[], name: string): string | undefined {
  for (const line of lines) {
    const at = line.indexOf(`${name} =`) < 0 ? line.indexOf(`${name}=`) : line.indexOf(`${name} =`);
    if (at >= 0 && /^[\s{,;]?$/.test(line.slice(Math.max(at - 1, 0), at)))
      return literal(line.slice(line.indexOf('=', at) + 1));
  }
  return undefined;
}

/** A whole expression that is one string without escapes. */
function literal(lua: string): string | undefined {
  const found = /^\s{0,16}(?:"([^"\\]{0,512})"|'([^'\\]{0,512})'|\[\[([^\]]{0,512})\]\])\s{0,16}(?:[,;}]|--|\r?$)/.exec(
    lua,
  );
  return found?.[1] ?? found?.[2] ?? found?.[3];
}
