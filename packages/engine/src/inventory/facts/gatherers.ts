import type { FactName, Facts, Incomplete } from '../types.ts';
import { dockerfileFacts } from './dockerfile-facts.ts';
import { fileFacts } from './file-facts.ts';
import type { FactContext, FactGatherer, GatheredFact } from './gatherer.ts';
import { secretFacts } from './secrets/secret-facts.ts';
import { userFacts } from './users/user-facts.ts';

type Gatherers = { readonly [K in GatheredFact]: FactGatherer<K> };

/** Everything that gathers facts, by name. */
const gatherers: Gatherers = {
  dockerfile: dockerfileFacts,
  files: fileFacts,
  secrets: secretFacts,
  users: userFacts,
};

/** Those that were asked for, sorted by name. `config` is always there and needs none. */
export function gatherersOf(asked: readonly FactName[]): readonly FactGatherer<GatheredFact>[] {
  return (Object.keys(gatherers) as GatheredFact[])
    .filter((name) => asked.includes(name))
    .sort()
    .map((name) => gatherers[name]);
}

/** The facts that were asked for, with what could not be seen of them. */
export function gatherFacts(
  asked: readonly FactName[],
  context: FactContext,
): { readonly facts: Partial<Facts>; readonly incomplete: readonly Incomplete[] } {
  const gathered = gatherersOf(asked).map((gatherer) => ({ name: gatherer.name, ...gatherer.gather(context) }));
  return {
    facts: Object.fromEntries(gathered.map(({ name, facts }) => [name, facts])),
    incomplete: gathered.flatMap(({ incomplete = [] }) => incomplete),
  };
}
