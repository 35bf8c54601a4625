import type { PackageDraft } from './package-draft.ts';

/**
 * What cdxgen says of source packages: it lists each as a component, with the names of the packages built from it. Where a
 * package of the same name, version and architecture is installed the two are one component, which may then name none.
 *
 * @returns the packages that are installed, with their sources, and those that are the source of others which nothing tells
 */
export function builtFrom(drafts: readonly PackageDraft[]): {
  readonly drafts: readonly PackageDraft[];
  readonly untold: readonly string[];
} {
  const sources = new Map<string, PackageDraft>();
  for (const draft of drafts) for (const name of draft.builds ?? []) sources.set(name, draft);
  const installed = drafts
    .filter(({ builds, isInstalled }) => isInstalled || builds === null || builds.length === 0)
    .map((draft) => withSource(draft, sources.get(draft.name)));
  const merged = installed.filter(({ builds }) => builds?.length === 0);
  const known = new Set(
    installed.flatMap(({ name, source }) =>
      source === null || source === undefined || source.name === name ? [] : [source.name],
    ),
  );
  const open = Map.groupBy(
    merged.filter(({ name }) => !known.has(name)),
    madeWith,
  );
  const found = new Set<PackageDraft>();
  const completed = installed.map((draft) => {
    const candidates = draft.builds === null && draft.source == null ? open.get(madeWith(draft)) : undefined;
    if (candidates?.length !== 1 || draft.vendor === null) return draft;
    found.add(candidates[0]!);
    return withSource(draft, candidates[0]);
  });
  const untold = [...open.values()].flat().filter((draft) => !found.has(draft));
  return { drafts: completed, untold: [...new Set(untold.map(({ name }) => name))] };
}

/** Packages of one source have its version and its maintainer. */
function madeWith({ purl, version, vendor }: PackageDraft): string {
  return JSON.stringify([purl.type, version, vendor]);
}

function withSource(draft: PackageDraft, source: PackageDraft | undefined): PackageDraft {
  if (source === undefined || draft.source != null) return draft;
  const version = draft.purl.type === 'rpm' ? source.version.replace(/^\d+:/, '') : source.version;
  return { ...draft, source: { name: source.name, version } };
}
