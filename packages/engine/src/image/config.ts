import { ImageError } from './error.ts';
import { instructionText } from './instruction-text.ts';
import { checkDigestForm, Fields, parseJson } from './json.ts';
import { maxLayers } from './limits.ts';
import type { HistoryEntry, ImageConfig } from './types.ts';

/** Kept beside the configuration, so that nothing which prints one can print these: they may hold secrets. */
const created = new WeakMap<ImageConfig, readonly (string | null)[]>();

/** `created_by` of each history entry as the image has it, with the values of ENV, ARG and build arguments. */
export function rawInstructions(config: ImageConfig): readonly (string | null)[] {
  return created.get(config) ?? config.history.map(({ instruction }) => instruction);
}

/** What the configuration blob of an image says. */
export interface ParsedConfig {
  readonly config: ImageConfig;
  /** base first */
  readonly diffIds: readonly string[];
  /** `linux/amd64`, `linux/arm/v7`; null where it names none */
  readonly platform: string | null;
}

/**
 * Reads an image configuration, as Docker and OCI write it.
 *
 * @throws ImageError `CORRUPT`
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function parseConfig(bytes: Buffer, what: string): ParsedConfig {
  const top = new Fields(parseJson(bytes, what), what);
  const run = top.inner('config');
  const diffIds = top.inner('rootfs').strings('diff_ids') ?? [];
  if (diffIds.length > maxLayers) {
    throw new ImageError('TOO_LARGE', `${what}: ${diffIds.length} layers (the limit is ${maxLayers})`);
  }
  const entries = (top.list('history') ?? []).map((entry) => new Fields(entry, `${what}: history`));
  const config: ImageConfig = {
    created: top.string('created'),
    author: top.string('author'),
    architecture: top.string('architecture'),
    os: top.string('os'),
    variant: top.string('variant'),
    user: run.string('User') ?? '',
    exposedPorts: Object.keys(run.object('ExposedPorts') ?? {}).sort(),
    env: run.strings('Env') ?? [],
    entrypoint: command(run, 'Entrypoint'),
    cmd: command(run, 'Cmd'),
    volumes: Object.keys(run.object('Volumes') ?? {}).sort(),
    workingDir: run.string('WorkingDir') ?? '',
    labels: labels(run, what),
    healthcheck: run.object('Healthcheck'),
    stopSignal: run.string('StopSignal'),
    shell: run.strings('Shell'),
    onBuild: run.strings('OnBuild') ?? [],
    history: entries.map(history),
  };
  created.set(
    config,
    entries.map((entry) => entry.string('created_by')),
  );
  return {
    config,
    diffIds: diffIds.map((diffId) => checkDigestForm(diffId, `${what}: diff ID`)),
    platform: platformOf(config.os, config.architecture, config.variant),
  };
}

/** Very old writers put a string where a list belongs. */
function command(fields: Fields, key: string): readonly string[] | null {
  try {
    return fields.strings(key);
  } catch (error) {
    const text = fields.string(key);
    if (text === null) {
      throw error;
    }
    return [text];
  }
}

function labels(run: Fields, what: string): Readonly<Record<string, string>> {
  const found = Object.entries(run.object('Labels') ?? {});
  for (const [key, value] of found) {
    if (typeof value !== 'string') {
      throw new ImageError('CORRUPT', `${what}: label ${JSON.stringify(key.slice(0, 100))} is not a string`);
    }
  }
  // fromEntries defines `__proto__` as a property of its own
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) as Record<string, string>;
}

function history(entry: Fields): HistoryEntry {
  return {
    created: entry.string('created'),
    instruction: instructionOf(entry.string('created_by')),
    comment: entry.string('comment'),
    emptyLayer: entry.flag('empty_layer'),
  };
}

function instructionOf(createdBy: string | null): string | null {
  return createdBy === null ? null : instructionText(createdBy);
}

export function platformOf(os: string | null, architecture: string | null, variant: string | null): string | null {
  if (!os || !architecture) {
    return null;
  }
  // what every one of them is has no name of its own
  const implied = (architecture === 'arm64' && variant === 'v8') || (architecture === 'amd64' && variant === 'v1');
  return variant && !implied ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/** The history entry that made each layer; all null when the history does not tell (its layers are not as many). */
export function instructions(config: ImageConfig, layers: number): readonly (string | null)[] {
  const made = config.history.filter((entry) => !entry.emptyLayer);
  return made.length === layers ? made.map((entry) => entry.instruction) : new Array<null>(layers).fill(null);
}
