import { expect, it } from 'vitest';
import { fixtureImage, ociArchive } from './testing/image-builder.ts';
import { readSeen, temporaryDirectory, temporaryFile } from './testing/reading.ts';

const directory = temporaryDirectory();
const image = fixtureImage({ layers: [[{ path: 'a', content: 'x' }]] });

type Manifest = { config: Record<string, unknown>; layers: Record<string, unknown>[] } & Record<string, unknown>;

const config = (mediaType: string) => (manifest: Manifest) => ({
  ...manifest,
  config: { ...manifest.config, mediaType },
});
const layer = (mediaType: string) => (manifest: Manifest) => ({
  ...manifest,
  layers: manifest.layers.map((each) => ({ ...each, mediaType })),
});

it.each<[string, (manifest: Manifest) => Record<string, unknown>, string]>([
  ['Helm', config('application/vnd.cncf.helm.config.v1+json'), 'a Helm chart ('],
  ['cosign', layer('application/vnd.dev.cosign.simplesigning.v1+json'), 'a cosign signature ('],
  ['an attestation', layer('application/vnd.dsse.envelope.v1+json'), 'an attestation ('],
  ['an SBOM', layer('application/vnd.cyclonedx+json'), 'an attachment of an image ('],
  ['BuildKit', layer('application/vnd.in-toto+json'), 'an attestation ('],
  ['a plugin', config('application/vnd.docker.plugin.v1+json'), 'a plugin of the Docker engine ('],
  ['WebAssembly', config('application/vnd.wasm.config.v0+json'), 'a WebAssembly module ('],
  ['a model', layer('application/vnd.ollama.image.model'), 'a model ('],
  ['old ORAS', config('application/vnd.unknown.config.v1+json'), 'an OCI artefact ('],
  [
    'ORAS',
    (manifest) => ({ ...config('application/vnd.oci.empty.v1+json')(manifest), artifactType: 'application/x.report' }),
    'an OCI artefact ("application/x.report")',
  ],
  [
    'something else',
    (manifest) => ({ ...config('application/x')(manifest), artifactType: 'application/y\n' }),
    'unknown media type of an artefact: "application/y\\n"',
  ],
  ['another config', config('application/x'), 'unknown media type of a config: "application/x"'],
  ['another layer', layer('application/x'), 'unknown media type of a layer: "application/x"'],
])('%s is refused by name', async (_, change, message) => {
  const file = temporaryFile(directory, ociArchive([image], { manifest: (manifest) => change(manifest as Manifest) }));
  await expect(readSeen(file)).rejects.toMatchObject({
    code: 'UNKNOWN_MEDIA_TYPE',
    message: expect.stringContaining(`${file}: ${message}`),
  });
});
