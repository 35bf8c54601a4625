import type { FactName, Facts, FileQuery, Incomplete, Inventory } from '../types.ts';
import { dockerfileFacts } from './dockerfile-facts.ts';
import { fileFacts } from './file-facts.ts';
import type { FactContext, FactGatherer, GatheredFact } from './gatherer.ts';
import { licenseFacts } from './licenses/license-facts.ts';
import { programFacts } from './program-facts.ts';
import { secretFacts } from './secrets/secret-facts.ts';
import { userFacts } from './users/user-facts.ts';

type Gatherers = { readonly [K in GatheredFact]: FactGatherer<K> };

/** Everything that gathers facts, by name. */
const gatherersFor = (files: readonly FileQuery[]): Gatherers => ({
  dockerfile: dockerfileFacts,
  files: fileFacts(files),
  licenses: licenseFacts,
  programs: programFacts,
  secrets: secretFacts,
  users: userFacts,
});

/** Those that were asked for, sorted by name. `config` is always there and needs none. */
export function gatherersOf(
  asked: readonly FactName[],
  files: readonly FileQuery[] = [],
): readonly FactGatherer<GatheredFact>[] {
  const gatherers = gatherersFor(files);
  return (Object.keys(gatherers) as GatheredFact[])
    .filter((name) => asked.includes(name))
    .sort()
    .map((name) => gatherers[name]);
}

/** The facts that were asked for, with what could not be seen of them. */
export function gatherFacts(
  asked: readonly FactName[],
  context: FactContext,
  files: readonly FileQuery[],
): { readonly facts: Partial<Facts>; readonly incomplete: readonly Incomplete[] } & Pick<Inventory, 'contents'> {
  const gathered = gatherersOf(asked, files).map((gatherer) => ({ name: gatherer.name, ...gatherer.gather(context) }));
  const contents = gathered.flatMap((each) => each.contents ?? []);
  return {
    ...(contents.length > 0 ? { contents } : {}),
    facts: Object.fromEntries(gathered.map(({ name, facts }) => [name, facts])),
    incomplete: gathered.flatMap(({ incomplete = [] }) => incomplete),
  };
}
