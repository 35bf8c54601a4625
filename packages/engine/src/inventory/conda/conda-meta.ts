import { declaredLicenses, isRecord, isWord, jsonOf } from '../declared.ts';
import { CatalogError } from '../error.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

type Meta = Readonly<Record<string, unknown>>;

/**
 * Reads the record that conda keeps of an installed package.
 *
 * @throws CatalogError when name or version is missing
 * @see https://docs.conda.io/projects/conda/en/latest/dev-guide/api/conda/models/records/index.html
 */
export function parseCondaMeta(body: Buffer): ListedPackage {
  const meta = jsonOf(body, 'conda record');
  if (!isRecord(meta) || !isWord(meta.name) || !isWord(meta.version)) {
    throw new CatalogError('package-manifest-damaged', 'the conda record has no readable name and version');
  }
  const { name, version } = meta;
  const subdir = word(meta.subdir);
  const qualifiers = { build: word(meta.build), channel: channelOf(meta, subdir), subdir, type: archiveOf(meta) };
  const purl = buildPurl({ type: 'conda', name, version, qualifiers });
  return { type: 'conda', name, version, purl, licenses: declaredLicenses([meta.license]) };
}

function word(value: unknown): string | null {
  return isWord(value) ? value : null;
}

/** `https://conda.anaconda.org/conda-forge/linux-64` → conda-forge; a name as it is. */
function channelOf(meta: Meta, subdir: string | null): string | null {
  const parts = (word(meta.channel) ?? '').split('/').filter((part) => part !== '');
  if (parts.at(-1) === subdir) parts.pop();
  return parts.at(-1) ?? null;
}

/** Kind of the archive that it came in. */
function archiveOf({ fn }: Meta): string | null {
  return ['conda', 'tar.bz2'].find((suffix) => typeof fn === 'string' && fn.endsWith(`.${suffix}`)) ?? null;
}
