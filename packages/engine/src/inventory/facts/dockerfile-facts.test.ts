import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseConfig } from '../../image/config.ts';
import { dockerfileFacts } from './dockerfile-facts.ts';

interface Entry {
  readonly created_by?: string;
  readonly created?: string;
  readonly empty_layer?: boolean;
}

function factsOf(history: readonly Entry[], layers = history.filter((entry) => !entry.empty_layer).length) {
  const { config } = parseConfig(Buffer.from(JSON.stringify({ history })), 'config');
  const context = { config, analyses: new Array(layers), layerId: (index: number) => `sha256:${index}` };
  return dockerfileFacts.gather(context as unknown as Parameters<typeof dockerfileFacts.gather>[0]);
}

const empty = (created_by: string): Entry => ({ created_by, empty_layer: true });

it('rebuilds what the classic builder wrote', () => {
  const { facts, incomplete } = factsOf([
    { created_by: '/bin/sh -c #(nop) ADD file:0123 in / ', created: '2024-01-01T00:00:00Z' },
    empty('/bin/sh -c #(nop)  CMD ["bash"]'),
    empty('/bin/sh -c #(nop)  ARG TOKEN=s3cret'),
    { created_by: '|1 TOKEN=s3cret /bin/sh -c apt-get update' },
    empty('/bin/sh -c #(nop)  SHELL [/bin/bash -o pipefail -c]'),
    empty('/bin/bash -o pipefail -c #(nop)  ENV KEY=s3cret'),
    { created_by: '/bin/bash -o pipefail -c curl x | sh' },
    { created_by: '|1 TOKEN=s3cret /bin/bash -o pipefail -c npm ci' },
    { created_by: '/usr/bin/tool --now' },
  ]);
  expect(facts.map(({ instruction, text, layer }) => [instruction, text, layer])).toEqual([
    ['ADD', 'ADD file:0123 in /', 'sha256:0'],
    ['CMD', 'CMD ["bash"]', null],
    ['ARG', 'ARG TOKEN', null],
    ['RUN', 'RUN apt-get update', 'sha256:1'],
    ['SHELL', 'SHELL [/bin/bash -o pipefail -c]', null],
    ['ENV', 'ENV KEY', null],
    ['RUN', 'RUN curl x | sh', 'sha256:2'],
    ['RUN', 'RUN npm ci', 'sha256:3'],
    ['RUN', 'RUN /usr/bin/tool --now', 'sha256:4'],
  ]);
  expect(facts[0]).toMatchObject({ created: '2024-01-01T00:00:00Z', base: null });
  expect(JSON.stringify(facts)).not.toContain('s3cret');
  expect(incomplete).toEqual([]);
});

it('rebuilds what BuildKit wrote, here-documents with it', () => {
  const { facts } = factsOf([
    { created_by: 'WORKDIR /app' },
    { created_by: 'COPY package.json ./ # buildkit' },
    empty('SHELL [/bin/bash -c]'),
    { created_by: 'RUN |1 TOKEN=s3cret /bin/bash -c npm ci # buildkit' },
    { created_by: 'RUN /bin/bash -c apt-get update\napt-get install -y curl\n # buildkit' },
    { created_by: 'RUN /bin/echo hi # buildkit' },
    empty('EXPOSE map[8080/tcp:{}]'),
    empty('HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" \'\\x00\'}'),
  ]);
  expect(facts.map(({ text }) => text)).toEqual([
    'WORKDIR /app',
    'COPY package.json ./',
    'SHELL [/bin/bash -c]',
    'RUN npm ci',
    'RUN apt-get update\napt-get install -y curl',
    'RUN /bin/echo hi',
    'EXPOSE 8080/tcp',
    'HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" \'\\x00\'}',
  ]);
});

it('takes what Kaniko and Buildah write, and what is no instruction for what it is', () => {
  const { facts } = factsOf([
    { created_by: 'RUN apk add curl' },
    { created_by: 'COPY --from=build /app /app' },
    empty('SHELL ["/bin/ash", "-c"]'),
    { created_by: '/bin/ash -c make' },
    { created_by: 'bazel build ...' },
    {},
  ]);
  expect(facts.map(({ instruction, text }) => [instruction, text])).toEqual([
    ['RUN', 'RUN apk add curl'],
    ['COPY', 'COPY --from=build /app /app'],
    ['SHELL', 'SHELL ["/bin/ash", "-c"]'],
    ['RUN', 'RUN make'],
    [null, 'bazel build ...'],
    [null, ''],
  ]);
});

it('gives no line a layer, and says so, when the history does not tell of every layer', () => {
  const { facts, incomplete } = factsOf([{ created_by: 'RUN a' }], 2);
  expect(facts).toMatchObject([{ text: 'RUN a', layer: null }]);
  expect(incomplete).toMatchObject([{ code: 'history-incomplete' }]);
});

it('gives one line for each entry of any history, in linear time', () => {
  const word = fc.constantFrom(
    ...[
      '/bin/sh',
      '-c',
      '#(nop)',
      '|1',
      'A=b',
      'RUN',
      'SHELL',
      '["/bin/sh","-c"]',
      '[/bin/sh -c]',
      'ENV',
      'X=s3cret',
      '\n',
    ],
    ...['# buildkit', 'EXPOSE', 'map[22/tcp:{}]', '[', ']', ' '],
  );
  const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
      const { facts } = factsOf(texts.map((created_by) => ({ created_by })));
      expect(facts).toHaveLength(texts.length);
      for (const { instruction, text: shown } of facts) expect(shown.startsWith(instruction ?? '')).toBe(true);
    }),
  );
  for (const long of [
    ' '.repeat(200_000),
    'a '.repeat(100_000),
    '#(nop) '.repeat(30_000),
    `SHELL ${'['.repeat(200_000)}`,
  ]) {
    const started = process.threadCpuUsage();
    factsOf([{ created_by: long }, { created_by: `RUN ${long}` }]);
    expect(process.threadCpuUsage(started).user, long.slice(0, 8)).toBeLessThan(2_000_000);
  }
});
