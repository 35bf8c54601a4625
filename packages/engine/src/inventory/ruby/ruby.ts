import { type Cataloger, parsed } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { parseGemspec } from './gemspec.ts';

/**
 * Installed Ruby gems: the specifications that RubyGems, Bundler and distros leave, those of the default gems
 * (`specifications/default`) too. A `.gemspec` elsewhere is a source that nobody evaluated.
 *
 * @see https://guides.rubygems.org/specification-reference/
 */
export const ruby: Cataloger<PackageList> = {
  name: 'ruby',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ suffix: '.gemspec', inside: 'specifications' }],
  parse: (path, body) => parsed([parseGemspec(path, body)]),
  assemble: assembleLists,
};
