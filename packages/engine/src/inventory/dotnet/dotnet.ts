import type { Cataloger } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { parseDepsJson } from './deps-json.ts';

/** NuGet packages that a .NET application or shared runtime was published with. */
export const dotnet: Cataloger<PackageList> = {
  name: 'dotnet',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 16 * 1024 * 1024,
  reads: [{ suffix: '.json', accepts: (path) => path.endsWith('.deps.json') }],
  parse: (_path, body) => parseDepsJson(body),
  assemble: assembleLists,
};
