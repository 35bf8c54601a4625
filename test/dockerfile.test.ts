import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { scratchFolder } from './program.ts';
import { scan } from './scans.ts';

const scratch = scratchFolder();
let engine: DockerEngine;

beforeAll(async () => {
  // the builder that comes with every engine
  vi.stubEnv('DOCKER_BUILDKIT', '0');
  if (!noDockerEngine) engine = await startDockerEngine();
});
afterAll(async () => {
  await engine?.stop();
  scratch.remove();
  vi.unstubAllEnvs();
});

const dockerfile = `FROM scratch
ARG API_TOKEN=s3cretArgument
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV DB_PASSWORD=s3cretValue LANG=C
COPY passwd /etc/passwd
ADD app /srv/app/
WORKDIR srv
EXPOSE 22 8080
HEALTHCHECK NONE
CMD ["a"]
CMD ["b"]
`;

describe.skipIf(noDockerEngine)(
  `an image that docker build made${noDockerEngine ? ` (skipped: ${noDockerEngine})` : ''}`,
  () => {
    it('tells its Dockerfile, and what is wrong with it', async () => {
      const context = join(scratch.path, 'context');
      mkdirSync(join(context, 'app'), { recursive: true });
      writeFileSync(join(context, 'Dockerfile'), dockerfile);
      writeFileSync(join(context, 'passwd'), 'root::0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n');
      writeFileSync(join(context, 'app', 'a'), 'a');
      engine.docker('build', '--quiet', '--network=none', '--tag', 'small/built:1', context);
      const { result } = await scan(
        'docker:small/built:1',
        scratch.path,
        ['--facts', 'all', '--policy', 'best-practices', '--policy', 'cis-docker'],
        { env: { DOCKER_HOST: engine.host } },
      );
      const lines = result.facts.dockerfile ?? [];
      expect(lines.map(({ text }) => text.replace(/(?:file|dir):[0-9a-f]+ in|&\{\["NONE".*/, '…'))).toEqual([
        'ARG API_TOKEN',
        'SHELL [/bin/bash -o pipefail -c]',
        'ENV DB_PASSWORD LANG',
        'COPY … /etc/passwd',
        'ADD … /srv/app/',
        'WORKDIR /srv',
        'EXPOSE 22 8080',
        'HEALTHCHECK …',
        'CMD ["a"]',
        'CMD ["b"]',
      ]);
      const layerOf = (index: number) => result.image.layers.findIndex(({ diffId }) => diffId === lines[index]?.layer);
      expect([3, 4].map(layerOf)).toEqual([0, 1]);
      expect(result.facts.users?.map(({ name, password }) => [name, password])).toEqual([
        ['root', 'empty'],
        ['toor', 'none'],
      ]);
      expect(JSON.stringify(result)).not.toMatch(/s3cretArgument/);
      const found = new Set(result.findings.map(({ id }) => id));
      expect([...found]).toEqual(
        expect.arrayContaining([
          ...['add-for-copy', 'administration-port', 'empty-password', 'no-healthcheck', 'root-user', 'second-root'],
          ...['secret-by-name', 'cis-4.1-user', 'cis-4.9-add', 'cis-4.10-secret-name'],
        ]),
      );
      expect(found).not.toContain('relative-workdir');
      // which of the two is a base's is not known here
      expect(found).not.toContain('several-cmd');
    });
  },
);
