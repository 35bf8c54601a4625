import { rawInstructions } from '../../../image/config.ts';
import type { ImageConfig } from '../../../image/types.ts';
import type { SecretFact } from '../../types.ts';
import { type Detected, detectSecrets } from './detect-secrets.ts';
import { encodedTexts } from './encoded-texts.ts';

/** A configuration whose secrets are masked, what they are, and how to mask them in other texts about the image. */
export interface ConfigSecrets {
  readonly config: ImageConfig | null;
  readonly found: readonly SecretFact[];
  readonly mask: (text: string) => string;
}

/** A text of the configuration, and where it stands. */
interface Part {
  readonly text: string;
  readonly place: Pick<SecretFact, 'env' | 'label' | 'config' | 'layer'>;
}

/** Shorter ones are masked where they were found alone: they could be part of any word. */
const leastMasked = 4;

/**
 * Looks for secrets in the environment, labels, commands and history of an image. It costs next to nothing, so that it is
 * done for every image: none of them may stand in a result.
 *
 * @param layers how many the image has
 * @param layerId index of a layer → its diff ID
 */
export function configSecrets(
  config: ImageConfig | null,
  layers: number,
  layerId: (index: number) => string | null,
): ConfigSecrets {
  if (config === null) return { config, found: [], mask: (text) => text };
  const found: SecretFact[] = [];
  const masks = new Map<string, string>();
  for (const { text, place } of parts(config, layers, layerId)) {
    for (const { secret, detected, masked } of secretsIn(text)) {
      // what the environment shows the history shows again
      if (masks.has(secret) && place.env === undefined) continue;
      masks.set(secret, masked);
      found.push(fact(detected, place));
    }
  }
  const longestFirst = [...masks]
    .filter(([secret]) => secret.length >= leastMasked)
    .sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
  const mask = (text: string) =>
    longestFirst.reduce((masked, [secret, stars]) => masked.replaceAll(secret, () => stars), text);
  if (longestFirst.length === 0) return { config, found, mask };
  return { config: maskedConfig(config, mask), found: found.map((each) => maskedPlace(each, mask)), mask };
}

/** A variable without a value, or the name of a label, may be the secret itself. */
function maskedPlace({ env, label, ...rest }: SecretFact, mask: (text: string) => string): SecretFact {
  return { ...rest, ...(env !== undefined && { env: mask(env) }), ...(label !== undefined && { label: mask(label) }) };
}

/** Also those that stand in Base64, which is masked whole: `CREDENTIALS=dXNlcjpnbHBhdC0…`. */
function secretsIn(text: string) {
  const encoded = encodedTexts(text).flatMap(({ encoded: secret, decoded }) => {
    const [detected] = detectSecrets(Buffer.from(decoded), null).found;
    return detected === undefined ? [] : [{ secret, detected, masked: '****' }];
  });
  const bytes = Buffer.from(text);
  const plain = detectSecrets(bytes, null).found.flatMap((detected) => {
    const secret = bytes.toString('utf8', detected.start, detected.end);
    // what it holds says more than the name that it is assigned to
    return encoded.some((each) => each.secret === secret) ? [] : [{ secret, detected, masked: detected.masked }];
  });
  return [...plain, ...encoded];
}

function fact({ kind, masked, example }: Detected, place: Part['place']): SecretFact {
  const { id, title, severity } = kind;
  return { kind: id, title, severity: example ? 'Low' : severity, ...place, masked, deleted: false, example };
}

function parts(config: ImageConfig, layers: number, layerId: (index: number) => string | null): readonly Part[] {
  const { env, labels, entrypoint, cmd, onBuild, healthcheck, shell, volumes, exposedPorts } = config;
  const other = (key: string, texts: readonly string[]): readonly Part[] =>
    texts.map((text) => ({ text, place: { config: key, layer: null } }));
  return [
    ...env.map((text) => ({ text, place: { env: text.split('=', 1)[0] ?? '', layer: null } })),
    ...Object.entries(labels).map(([key, value]) => ({
      text: `${key}=${value}`,
      place: { label: key, layer: null },
    })),
    ...other('entrypoint', [(entrypoint ?? []).join(' ')]),
    ...other('cmd', [(cmd ?? []).join(' ')]),
    ...other('healthcheck', [healthcheck === null ? '' : JSON.stringify(healthcheck)]),
    ...other('onBuild', onBuild),
    ...other('shell', [(shell ?? []).join(' ')]),
    ...other('user', [config.user]),
    ...other('workingDir', [config.workingDir]),
    ...other('volumes', volumes),
    ...other('exposedPorts', exposedPorts),
    ...other('stopSignal', [config.stopSignal ?? '']),
    ...other('author', [config.author ?? '']),
    ...history(config, layers, layerId),
  ];
}

/** What made a layer first: a build argument that a later entry only repeats is named by the layer. */
function history(config: ImageConfig, layers: number, layerId: (index: number) => string | null): readonly Part[] {
  const made = config.history.filter(({ emptyLayer }) => !emptyLayer).length;
  let layer = 0;
  const all = rawInstructions(config).map((text, index): Part & { readonly first: boolean } => {
    const { emptyLayer, comment } = config.history[index]!;
    const id = emptyLayer || made !== layers ? null : layerId(layer++);
    return { text: `${text ?? ''}\n${comment ?? ''}`, place: { layer: id }, first: id !== null };
  });
  return [...all.filter(({ first }) => first), ...all.filter(({ first }) => !first)];
}

function maskedConfig(config: ImageConfig, mask: (text: string) => string): ImageConfig {
  const labels = Object.entries(config.labels).map(([key, value]) => [mask(key), mask(value)]);
  return { ...(maskedValue(config, mask) as ImageConfig), labels: Object.fromEntries(labels) };
}

/** Every text of a JSON value. */
function maskedValue(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((each) => maskedValue(each, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskedValue(each, mask)]));
}
