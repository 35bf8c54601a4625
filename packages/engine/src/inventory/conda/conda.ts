import { type Cataloger, parsed } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { parseCondaMeta } from './conda-meta.ts';

/** Packages of conda environments: a record in `conda-meta` for each. */
export const conda: Cataloger<PackageList> = {
  name: 'conda',
  version: 1,
  finds: 'language',
  digests: true,
  // with the list of all files of the package
  maxBytes: 16 * 1024 * 1024,
  reads: [{ suffix: '.json', parentSuffix: 'conda-meta' }],
  parse: (_path, body) => parsed([parseCondaMeta(body)]),
  assemble: assembleLists,
};
