/** Manifests are read from files as from registries. */
export { checkDigestForm, Fields, parseJson } from '../registry/json.ts';
