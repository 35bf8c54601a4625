import { namedLicense } from '../../../licenses/license-names.ts';
import { readLicense } from '../../../licenses/read-license.ts';
import { licensesInDebCopyright } from './license-texts.ts';

const format = 'copyright-format/1.0';
/** Names of one file; the longest file that Debian has names some 200. */
const maxNames = 1000;
/** Names that say more than this are texts. */
const longestName = 200;

/** Whether a `copyright` file declares its licences in Debian's machine-readable form. */
export function isMachineReadable(text: string): boolean {
  return text.slice(0, 1024).includes(format);
}

/**
 * What the names of a machine-readable `copyright` file mean that mean nothing by themselves (`permissive`, `BSD-3-clause-zend`),
 * by the texts that stand below them: name in lower case → identifiers of SPDX, sorted. A name is told where each of its
 * texts is known. Takes time linear in the file.
 *
 * @see https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/#license-field
 */
export function namesInDebCopyright(text: string): Readonly<Record<string, readonly string[]>> {
  const texts = new Map<string, string[]>();
  for (const { name, body } of licenseFields(text)) {
    if (!texts.has(name) && texts.size >= maxNames) break;
    const known = texts.get(name);
    if (known === undefined) texts.set(name, [body]);
    else known.push(body);
  }
  const meanings = [...texts].flatMap(([name, bodies]): [string, readonly string[]][] => {
    if (saysByItself(name)) return [];
    const told = [...new Set(bodies.filter((body) => body !== ''))].map(licensesInDebCopyright);
    if (told.length === 0 || told.some(({ length }) => length === 0)) return [];
    return [[name, [...new Set(told.flat())].sort()]];
  });
  return Object.fromEntries(meanings);
}

function saysByItself(name: string): boolean {
  return namedLicense(name) !== null || readLicense(name).kind !== 'text';
}

function* licenseFields(text: string): Generator<{ readonly name: string; readonly body: string }> {
  const field = /^License:[ \t]*([^\n]*)\n?((?:[ \t][^\n]*\n?)*)/gim;
  for (const [, name = '', body = ''] of text.matchAll(field)) {
    if (name.trim() !== '' && name.length <= longestName) yield { name: name.trim().toLowerCase(), body: body.trim() };
  }
}
