import { type Cataloger, parsed } from '../cataloger.ts';
import { declaredLicenses, isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';
import { serializedTexts } from './serialized-php.ts';

const registry = '.registry';
/** Whose packages Packagist has as well, under `pear/`; those of other channels have no advisories. */
const mainChannel = 'pear.php.net';

/** PHP packages and extensions that `pear` and `pecl` installed: a file for each in their registry. */
export const pear: Cataloger<PackageList> = {
  name: 'pear',
  version: 1,
  finds: 'language',
  digests: true,
  // with the notes on all releases
  maxBytes: 16 * 1024 * 1024,
  reads: [{ suffix: '.reg', inside: registry }],
  parse: (_path, body) => parsed(readRegistryFile(body)),
  assemble: assembleLists,
};

/** Of `package.xml` version 2, or of version 1, which knows one channel alone. */
function readRegistryFile(body: Buffer): PackageList {
  const texts = serializedTexts(body);
  const name = texts.get('name') ?? texts.get('package');
  const version = texts.get('version/release') ?? texts.get('version');
  const channel = texts.get('channel') ?? mainChannel;
  if (!isWord(name) || !isWord(version) || !isWord(channel)) {
    throw new CatalogError('package-manifest-damaged', 'the file of PEAR’s registry has no readable name and version');
  }
  const licenses = declaredLicenses([
    texts.get('license') ?? texts.get('license/_content') ?? texts.get('release_license'),
  ]);
  const type = channel === mainChannel ? 'pear' : 'pecl';
  const purl = buildPurl({ type, namespace: channel, name, version });
  return [{ type, name: `${channel}/${name}`, version, purl, licenses }];
}
