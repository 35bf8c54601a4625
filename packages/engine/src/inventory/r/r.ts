import { type Cataloger, parsed } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { parseDescription } from './description.ts';

/** Packages of R libraries, wherever the library is: what `R CMD INSTALL` leaves. */
export const r: Cataloger<PackageList> = {
  name: 'r',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 1024 * 1024,
  reads: [{ name: 'DESCRIPTION' }],
  parse(path, body) {
    const found = parseDescription(path, body);
    return parsed(found === null ? null : [found]);
  },
  assemble: assembleLists,
};
