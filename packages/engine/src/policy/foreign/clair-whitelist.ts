import type { Node } from 'yaml';
import { type Exception, isWild } from '../exception.ts';
import { notHonoured, vulnerabilityEntry } from './foreign-entry.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { ForeignYaml } from './foreign-yaml.ts';

/**
 * The whitelist of clair-scanner. An image without a tag means all of its tags; a colon may begin a port.
 *
 * @see https://github.com/arminc/clair-scanner#example-whitelist-yaml-file
 */
export const clairWhitelist: ForeignFormat = {
  name: 'clair-whitelist',
  of: 'clair-scanner',
  isNamed: () => false,
  looksLike: (text) => /^(?:generalwhitelist|images):/m.test(text) && !/^\s*-\s/m.test(text),
  read(text, source) {
    const yaml = new ForeignYaml(text, source);
    const root = yaml.root();
    const entries: Exception[] = [];
    const take = (at: Node | undefined, what: string, image: string | null) => {
      // the tool's own example names one id twice
      for (const [id, node] of yaml.fields(at, what, true)) {
        const reason = yaml.text(node, `the reason of ${id}`);
        const entry = vulnerabilityEntry(id, yaml.place(node), { reason, images: image === null ? null : [image] });
        const wild = image !== null && isWild(image);
        entries.push(wild ? notHonoured(entry, `"${image}" holds * or ?, which the tool takes as they are`) : entry);
      }
    };
    take(root.get('generalwhitelist'), 'generalwhitelist', null);
    for (const [image, at] of yaml.fields(root.get('images'), 'images')) take(at, image, image);
    yaml.finish();
    return entries;
  },
};
