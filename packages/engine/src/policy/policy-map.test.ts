import { describe, expect, it } from 'vitest';
import type { PolicyError } from './error.ts';
import { loadPolicyMap } from './load-policy-map.ts';
import { decidingMapping, isPolicyMap } from './policy-map.ts';
import { makeSubject, type SubjectFacts } from './testing/subjects.ts';
import type { PolicySubject } from './types.ts';

const text = `name: company
mappings:
  - images: ["registry.example.com/pay/*", sha256:1234]
    stages: [registry, admission]
    policies: [pci-dss-4]
  - labels: { team: "web*" }
    policies: web.yaml
  - images: docker.io/library/*
    policies: [default, best-practices]
`;
const map = loadPolicyMap(text, 'map.yaml');

function decided(facts: SubjectFacts, stage: PolicySubject['stage'] = 'pipeline') {
  return map.mappings[decidingMapping(map, { ...makeSubject(facts), stage })]?.policies;
}

describe('a map of policies', () => {
  it.each([
    ['the image and the stage', { image: { reference: 'registry.example.com/pay/api:1' } }, 'admission', ['pci-dss-4']],
    ['a digest', { image: { reference: 'x.tar' } }, 'registry', ['pci-dss-4']],
    ['a label', { image: { reference: 'x.tar' }, config: { labels: { team: 'web-shop' } } }, 'pipeline', ['web.yaml']],
    [
      'the first that fits',
      { image: { reference: 'nginx' }, config: { labels: { team: 'web' } } },
      'pipeline',
      ['web.yaml'],
    ],
    ['a short name of Docker Hub', { image: { reference: 'nginx:1' } }, 'pipeline', ['default', 'best-practices']],
  ] as const)('%s', (_, facts, stage, policies) => {
    expect(decided(facts, stage)).toEqual(policies);
  });

  it.each([
    ['another stage', { image: { reference: 'registry.example.com/pay/api:1', id: null } }],
    ['another registry', { image: { reference: 'registry.example.org/pay/api:1' } }],
    ['another label', { image: { reference: 'x.tar', id: null }, config: { labels: { team: 'ops' } } }],
    ['no configuration', { image: { reference: 'x.tar', id: null }, config: null }],
  ])('%s has no policy, so it does not pass', (_, facts) => {
    expect(() => decided(facts)).toThrow(/^no mapping of "company" has a policy for .* in stage pipeline/);
  });

  it.each([
    ['name: m\nmappings: []\n', 'map.yaml:1:1: a map without mappings has no policy for any image'],
    ['mappings:\n  - policies: default\n', 'map.yaml:1:1: the map has no "name"'],
    ['name: m\nmappings:\n  - images: x\n', 'map.yaml:3:5: the mapping has no "policies"'],
    ['name: m\nmappings:\n  - { policies: [], stages: x }\n', 'map.yaml:3:17: policies must not be empty'],
    [
      'name: m\nmappings:\n  - { policies: a, stages: [pipline] }\n',
      'map.yaml:3:29: "pipline" is no stage; did you mean "pipeline"?',
    ],
    [
      'name: m\nmappings:\n  - { policies: a, image: x }\n',
      'map.yaml:3:20: unknown field "image"; did you mean "images"?',
    ],
    ['name: m\nmappings:\n  - { policies: a, labels: [x] }\n', 'map.yaml:3:28: labels must be a mapping of fields'],
  ])('%j', (wrong, problem) => {
    try {
      loadPolicyMap(wrong, 'map.yaml');
      expect.unreachable();
    } catch (error) {
      expect((error as PolicyError).problems).toContain(problem);
    }
  });

  it('is told from a policy', () => {
    expect(isPolicyMap(text)).toBe(true);
    expect(isPolicyMap('name: x\nrules:\n  - id: mappings\n')).toBe(false);
    expect(isPolicyMap('name: x\nrules: []\nmappings: []\n')).toBe(false);
  });
});
