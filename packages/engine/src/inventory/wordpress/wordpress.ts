import { type Cataloger, parsed } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { isPluginFile, parsePluginHeader } from './plugin-header.ts';

/** WordPress plug-ins: the PHP file of each that has the header comment by which WordPress itself finds it. */
export const wordpress: Cataloger<PackageList> = {
  name: 'wordpress',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ suffix: '.php', inside: 'wp-content', accepts: isPluginFile }],
  parse(path, body) {
    const plugin = parsePluginHeader(path, body);
    return parsed(plugin === null ? null : [plugin]);
  },
  assemble: assembleLists,
};
