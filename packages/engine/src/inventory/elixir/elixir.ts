import { type Cataloger, parsed } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { parseAppFile } from './app-file.ts';

/**
 * Compiled Erlang and Elixir applications, of the language's own libraries and of releases alike. The file does not say
 * whether one came from Hex, so all are of the type that says how they are used.
 *
 * @see https://www.erlang.org/doc/system/applications.html
 */
export const elixir: Cataloger<PackageList> = {
  name: 'elixir',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ suffix: '.app', parentSuffix: 'ebin' }],
  parse: (_path, body) => parsed([parseAppFile(body)]),
  assemble: assembleLists,
};
