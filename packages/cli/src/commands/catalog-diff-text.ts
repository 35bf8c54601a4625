import type { CatalogDiff } from '@plimsoll/engine';

const changes = ['added', 'changed', 'removed'] as const;

/** A line for each record that differs, then one for each shard, then what they add up to: the end is what a terminal shows. */
export function catalogDiffText({ shards, records }: CatalogDiff): string {
  const lines = records.map(({ change, id, package: name, shard }) =>
    [change, id, ...(name === null ? [] : [name]), `(${shard})`].join(' '),
  );
  const ofShard = Map.groupBy(records, ({ shard }) => shard);
  for (const { name, change } of shards) {
    const found = counts(ofShard.get(name) ?? []);
    lines.push(`${change} shard ${name}${found === '' ? '' : `: ${found}`}`);
  }
  const all = counts(records);
  lines.push(`${shards.length} shards, ${records.length} records differ${all === '' ? '' : `: ${all}`}`);
  return `${lines.join('\n')}\n`;
}

/** `2 added, 1 removed` */
function counts(records: CatalogDiff['records']): string {
  const told = changes.map((change) => [records.filter((record) => record.change === change).length, change] as const);
  return told.flatMap(([count, change]) => (count > 0 ? `${count} ${change}` : [])).join(', ');
}
