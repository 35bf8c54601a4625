/** What registries and layouts hold beside images, by media types of their manifests, configs and layers. */
const artefacts: readonly (readonly [RegExp, string])[] = [
  [/^application\/vnd\.cncf\.helm\./, 'a Helm chart'],
  [/^application\/vnd\.dev\.cosign\.simplesigning\./, 'a cosign signature'],
  [
    /^application\/vnd\.dev\.(?:cosign|sigstore)\.|^text\/spdx|^application\/(?:spdx|vnd\.cyclonedx|vnd\.syft)/,
    'an attachment of an image',
  ],
  [/^application\/vnd\.dsse\.|^application\/vnd\.in-toto/, 'an attestation'],
  [/^application\/vnd\.cncf\.notary\./, 'a Notary signature'],
  [/^application\/vnd\.docker\.plugin\./, 'a plugin of the Docker engine'],
  [/^application\/vnd\.(?:wasm|bytecodealliance|module\.wasm)/, 'a WebAssembly module'],
  [/^application\/vnd\.sylabs\.sif\./, 'a Singularity image'],
  [/^application\/vnd\.(?:ollama\.|cncf\.model\.|docker\.ai\.)/, 'a model'],
  [/^application\/vnd\.cncf\.flux\./, 'a Flux artefact'],
  [/^application\/vnd\.oci\.artifact\.manifest\./, 'an OCI artefact'],
  [/^application\/vnd\.(?:oci\.empty|unknown\.config)\.v1\+json$/, 'an OCI artefact'],
];

/** `a Helm chart`; null for what is none that is known. */
export function artefactName(mediaType: string | null): string | null {
  return artefacts.find(([form]) => form.test(mediaType ?? ''))?.[1] ?? null;
}
