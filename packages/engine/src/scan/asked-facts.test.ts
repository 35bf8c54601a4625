import { expect, it } from 'vitest';
import { createLayerAnalyser } from '../inventory/layer-analyser.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import { fakeImage } from '../inventory/testing/fake-image.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { factsRead, filesRead } from '../policy/rule-inputs.ts';

/** None of them is read for packages. */
const layer = {
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'srv/LICENSE': 'Mozilla Public License Version 2.0',
  'srv/app.conf': 'listen 80\n',
};

/** What one rule makes of an image: the facts that are there, and the bodies that were read for them. */
async function gatheredFor(scope: string, when: string, more = '') {
  const { rules } = loadPolicy(
    `name: p\nrules: [{id: r, scope: ${scope}, when: ${JSON.stringify(when)}, action: warn, message: x${more}}]`,
    'p.yaml',
  );
  const asked = { facts: factsRead(rules), queries: filesRead(rules) };
  const image = fakeImage([layer], createLayerAnalyser(asked));
  const { facts } = await takeInventory(image, asked.facts, asked.queries);
  const { config: _, coverage: __, ...gathered } = facts;
  return { facts: Object.keys(gathered), read: image.read };
}

it.each([
  ['vulnerability', 'true', '', [], []],
  ['malware', 'true', '', [], []],
  ['package', 'pkg.name == "a"', '', [], []],
  ['config', 'config.root', '', [], []],
  ['image', 'image.layers > 1', '', [], []],
  ['coverage', 'true', '', [], []],
  ['image', 'size(image.shells) > 0', '', ['programs'], []],
  ['instruction', 'line.own', '', ['dockerfile'], []],
  ['file', 'file.setUid', '', ['files'], []],
  ['file', 'file.content.contains("80")', ', files: [app.conf]', ['files'], ['srv/app.conf']],
  ['license', 'true', '', ['licenses'], ['srv/LICENSE']],
  ['user', 'user.admin', '', ['users'], ['etc/passwd']],
  ['secret', 'true', ', within: configuration', [], []],
  ['secret', 'true', '', ['secrets'], ['etc/passwd', 'srv/LICENSE', 'srv/app.conf']],
])('a rule of scope %s with %j%s gathers %j and reads %j, nothing else', async (scope, when, more, facts, read) => {
  expect(await gatheredFor(scope, when, more)).toEqual({ facts, read });
});
