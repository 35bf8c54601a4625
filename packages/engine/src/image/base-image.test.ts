import { describe, expect, it } from 'vitest';
import { baseEntries, commonLayers, guessedBaseLayers, statedBase } from './base-image.ts';
import { parseConfig } from './config.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('what an image states of its base', () => {
  const said = (name?: string, of?: string) =>
    statedBase({
      ...(name === undefined ? {} : { 'org.opencontainers.image.base.name': name }),
      ...(of === undefined ? {} : { 'org.opencontainers.image.base.digest': of }),
    });

  it('is a name, a digest, or both', () => {
    expect(said('docker.io/library/debian:12', digest)).toEqual({ reference: 'docker.io/library/debian:12', digest });
    expect(said('debian:12')).toEqual({ reference: 'debian:12', digest: null });
    expect(said(undefined, digest)).toEqual({ reference: null, digest });
  });

  it('is nothing when it could be neither', () => {
    expect(said()).toBeNull();
    expect(said('', '')).toBeNull();
    expect(said('\u001b[31mdebian', 'sha256:12')).toBeNull();
    expect(said('a'.repeat(600))).toBeNull();
    expect(statedBase(JSON.parse('{"__proto__":{"org.opencontainers.image.base.name":"a"}}'))).toBeNull();
  });
});

describe('layers in common', () => {
  it.each([
    [['a', 'b'], ['a', 'b', 'c'], 2],
    [['a', 'x'], ['a', 'b', 'c'], 1],
    [['a', 'b', 'c'], ['a', 'b'], 2],
    [[], ['a'], 0],
    [['b', 'a'], ['a', 'b'], 0],
  ])('of %j and %j: %j', (one, other, common) => {
    expect(commonLayers(one, other)).toBe(common);
  });
});

/** `[created, created_by, empty layer?, comment?]` */
type Step = readonly [created: string, by: string, empty?: boolean, comment?: string];

function guess(...steps: readonly Step[]): number | null {
  const history = steps.map(([created, created_by, empty_layer = false, comment]) => ({
    created,
    created_by,
    empty_layer,
    comment,
  }));
  const { config } = parseConfig(Buffer.from(JSON.stringify({ history })), 'config');
  return guessedBaseLayers(config, steps.filter(([, , empty]) => !empty).length);
}

describe('the history suggests how many layers the base has', () => {
  const base = '2026-01-01T00:00:00Z';
  const later = '2026-02-01T00:00:00Z';
  const root: Step = [base, '/bin/sh -c #(nop) ADD file:12 in / '];
  const shell: Step = [base, '/bin/sh -c #(nop)  CMD ["bash"]', true];

  it('up to the last CMD before the last layer', () => {
    expect(guess(root, shell, [later, 'RUN apt-get update'], [later, 'CMD ["app"]', true])).toBe(1);
    expect(
      guess(
        root,
        shell,
        ['2026-01-10T00:00:00Z', 'RUN build node # buildkit', false, 'buildkit.dockerfile.v0'],
        ['2026-01-10T00:00:00Z', 'CMD ["node"]', true, 'buildkit.dockerfile.v0'],
        [later, 'WORKDIR /app', true, 'buildkit.dockerfile.v0'],
        [later, 'COPY . . # buildkit', false, 'buildkit.dockerfile.v0'],
      ),
    ).toBe(2);
  });

  it('or to the last step of another builder', () => {
    const debuerreotype: Step = [base, "# debian.sh --arch 'amd64' out/ 'bookworm'", false, 'debuerreotype 0.15'];
    expect(guess(debuerreotype, [later, 'RUN make # buildkit', false, 'buildkit.dockerfile.v0'])).toBe(1);
  });

  it('not where one build wrote its CMD before its last layers', () => {
    const soon = '2026-01-01T00:20:00Z';
    expect(guess(root, shell, [soon, 'COPY app /app'])).toBeNull();
    expect(guess(root, shell, [later, 'RUN a'], [later, 'CMD ["app"]', true], [later, 'COPY app /app'])).toBe(1);
  });

  it('in a moment, however long the history is', () => {
    const steps = Array.from({ length: 100_000 }, (): Step => [later, 'CMD ["a"]', true]);
    const began = process.threadCpuUsage().user;
    expect(guess(root, ...steps, [later, 'COPY a /a'])).toBeNull();
    expect(process.threadCpuUsage().user - began).toBeLessThan(4_000_000);
  });

  it('nothing where nothing follows, times are not known, or entries and layers are not as many', () => {
    expect(guess(root, shell)).toBeNull();
    expect(guess()).toBeNull();
    expect(guess([base, 'CMD ["bash"]', true], [later, 'COPY app /app'])).toBeNull();
    expect(guess(root, ['yesterday', 'CMD ["bash"]', true], [later, 'COPY app /app'])).toBeNull();
    const { config } = parseConfig(Buffer.from('{"history":[{"created_by":"CMD"}]}'), 'config');
    expect(guessedBaseLayers(config, 3)).toBeNull();
  });
});

describe('entries of the history that are the base image’s', () => {
  const base = '2026-01-01T00:00:00Z';
  const later = '2026-02-01T00:00:00Z';
  const entriesOf = (below: number, ...steps: readonly (readonly [created: string, text: string, empty?: true])[]) => {
    const history = steps.map(([created, created_by, empty_layer = false]) => ({ created, created_by, empty_layer }));
    const { config } = parseConfig(Buffer.from(JSON.stringify({ history })), 'config');
    return baseEntries(config, below, steps.filter(([, , empty]) => !empty).length);
  };

  it('are told by their time', () => {
    const [root, shell] = [[base, 'ADD file:1 in /'] as const, [base, 'CMD ["bash"]', true] as const];
    expect(entriesOf(1, root, shell, [base, 'ENV A', true], [later, 'USER app', true], [later, 'COPY a /'])).toBe(3);
    expect(entriesOf(1, root, shell, [base, 'ENV A', true], [later, 'COPY a /'])).toBe(3);
    expect(entriesOf(1, root, shell, [later, 'USER app', true])).toBe(2);
    expect(entriesOf(1, root, shell)).toBe(2);
  });

  it('end with the last command where all times are equal', () => {
    const root = [base, 'ADD file:1 in /'] as const;
    const commands = [
      [base, 'ENTRYPOINT ["a"]', true],
      [base, 'CMD ["bash"]', true],
    ] as const;
    expect(entriesOf(1, root, ...commands, [base, 'USER app', true], [base, 'COPY a /'])).toBe(3);
    expect(entriesOf(1, root, [base, 'USER app', true], [base, 'COPY a /'])).toBe(1);
  });

  it('are not known when the history does not tell of every layer', () => {
    expect(entriesOf(2, [base, 'ADD file:1 in /'])).toBeNull();
    expect(entriesOf(0, [base, 'ADD file:1 in /'])).toBeNull();
  });
});
