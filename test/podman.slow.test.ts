import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dockerArchive,
  type FixtureImage,
  ociArchive,
  sha256,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { oddImage } from './odd-image.ts';
import { noPodman, type Podman, startPodman } from './podman-engine.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { listPackages } from './scans.ts';
import { smallImage } from './small-mirror.ts';

const scratch = scratchFolder();
let engine: Podman;

beforeAll(async () => {
  if (!noPodman) engine = await startPodman();
});
afterAll(async () => {
  await engine?.stop();
  scratch.remove();
});

function load(image: FixtureImage, name: string, archive = dockerArchive): string {
  const file = join(scratch.path, `${name.replace(/\W/g, '-')}.tar`);
  writeFileSync(file, archive({ ...image, names: [name] }));
  engine.podman('load', '--quiet', '--input', file);
  return file;
}

describe.skipIf(noPodman)(`an image of a real Podman${noPodman ? ` (skipped: ${noPodman})` : ''}`, () => {
  const inventory = async (reference: string) => {
    const { image, packages, facts, incomplete } = await listPackages(reference, [], {
      env: { CONTAINER_HOST: engine.host, DOCKER_CONFIG: scratch.path },
    });
    return { image, content: { id: image.id, packages, facts, incomplete } };
  };

  it.each([
    ['small', smallImage],
    ['odd', oddImage],
  ])('the %s one: what its archive has, from the folders of Podman', async (name, make) => {
    const archive = load(make(), `localhost/${name}:1`);
    const wanted = await inventory(archive);
    const read = await inventory(`podman:${name}:1`);
    expect(read.content).toEqual(wanted.content);
    expect(read.content.packages.length).toBeGreaterThan(2);
    expect(read.image).toMatchObject({
      readFrom: engine.storageDriver === 'overlay' ? 'overlay2' : 'export',
      names: [`localhost/${name}:1`],
    });
    expect(read.image.layers.map(({ diffId, size }) => [diffId, size])).toEqual(
      wanted.image.layers.map(({ diffId, size }) => [diffId, size]),
    );
  });

  it('of an OCI archive, by name, ID and its first digits', async () => {
    const image = smallImage();
    const file = load(image, 'localhost/oci:1', (one) => ociArchive([one as FixtureImage], { compression: 'gzip' }));
    const id = sha256(image.config);
    const wanted = await inventory(file);
    for (const reference of ['podman:localhost/oci:1', `podman:${id}`, `podman:${id.slice(7, 19)}`]) {
      expect((await inventory(reference)).content).toEqual(wanted.content);
    }
  });

  it('says 3 and one line for what it does not have', async () => {
    const outcome = await plimsoll(['sbom', 'podman:no/such:1', '--format', 'json'], {
      env: { CONTAINER_HOST: engine.host },
    });
    expect(outcome).toMatchObject({ status: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^plimsoll: Podman at [^\n]* has no image no\/such:1\n$/);
  });
});

it('Podman without a service: how to start it', async () => {
  const outcome = await plimsoll(['sbom', 'podman:app', '--format', 'json'], {
    env: { CONTAINER_HOST: `unix://${scratch.path}/none.sock` },
  });
  expect(outcome).toMatchObject({ status: 3, stdout: '' });
  expect(outcome.stderr).toMatch(/^plimsoll: cannot reach Podman at [^\n]*podman system service[^\n]*\n$/);
});
