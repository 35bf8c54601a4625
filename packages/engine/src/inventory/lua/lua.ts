import { type Cataloger, parsed } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { isInstalledRockspec, parseRockspec } from './rockspec.ts';

/** Installed LuaRocks packages: the rockspec that lies in `NAME/VERSION` of a rocks tree. */
export const lua: Cataloger<PackageList> = {
  name: 'lua',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 1024 * 1024,
  reads: [{ suffix: '.rockspec', accepts: isInstalledRockspec }],
  parse: (path, body) => parsed([parseRockspec(path, body)]),
  assemble: assembleLists,
};
