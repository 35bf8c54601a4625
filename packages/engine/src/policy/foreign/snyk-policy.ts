import { notHonoured, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { ForeignYaml } from './foreign-yaml.ts';

/**
 * The `ignore` rules of a `.snyk` file.
 *
 * @see https://docs.snyk.io/manage-risk/policies/the-.snyk-file
 */
export const snykPolicy: ForeignFormat = {
  name: 'snyk',
  of: 'Snyk',
  isNamed: (name) => name === '.snyk' || name.endsWith('.snyk'),
  looksLike: (text) => /^version:\s*['"]?v1\.\d/m.test(text) && /^(?:ignore|patch):/m.test(text),
  read(text, source) {
    const yaml = new ForeignYaml(text, source);
    const root = yaml.root();
    const entries = [...yaml.fields(root.get('ignore'), 'ignore')].flatMap(([id, list]) =>
      yaml.list(list, id).flatMap((node) =>
        [...yaml.fields(node, `an entry of ${id}`)].map(([path, at]) => {
          const said = yaml.fields(at, path);
          const by = said.get('ignoredBy');
          const who = by && yaml.reader.isMapping(by) ? yaml.fields(by, 'ignoredBy') : undefined;
          const entry = vulnerabilityEntry(id, yaml.place(node), {
            reason: yaml.text(said.get('reason'), 'reason'),
            expires: yaml.end(said.get('expires'), 'expires'),
            owner: who ? yaml.text(who.get('email') ?? who.get('name'), 'ignoredBy') : null,
            category: yaml.text(said.get('reasonType'), 'reasonType') === 'wont-fix' ? 'wont-fix' : null,
            untilFixed: yaml.text(said.get('disregardIfFixable'), 'disregardIfFixable') === 'true',
          });
          if (!/^(?:CVE|GHSA)-/i.test(id)) return notHonoured(entry, 'it is an id of Snyk alone; write the CVE');
          return path === '*' ? entry : notHonoured(entry, `in an image nothing tells the dependency path "${path}"`);
        }),
      ),
    );
    const patched = [...yaml.fields(root.get('patch'), 'patch')].map(([id, at]) =>
      notHonoured(vulnerabilityEntry(id, yaml.place(at)), "a patch of Snyk's is not looked for in the image"),
    );
    yaml.finish();
    return [...entries, ...patched];
  },
};
