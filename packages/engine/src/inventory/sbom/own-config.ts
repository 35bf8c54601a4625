import type { HistoryEntry, ImageConfig } from '../../image/types.ts';
import { isRecord } from '../declared.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const textOrNull: Check = (value) => value === null || text(value);
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const textsOrNull: Check = (value) => value === null || texts(value);

const historyChecks = {
  created: textOrNull,
  instruction: textOrNull,
  comment: textOrNull,
  emptyLayer: (value) => typeof value === 'boolean',
} satisfies Record<keyof HistoryEntry, Check>;

const checks = {
  created: textOrNull,
  author: textOrNull,
  architecture: textOrNull,
  os: textOrNull,
  variant: textOrNull,
  user: text,
  exposedPorts: texts,
  env: texts,
  entrypoint: textsOrNull,
  cmd: textsOrNull,
  volumes: texts,
  workingDir: text,
  labels: (value) => isRecord(value) && Object.values(value).every(text),
  healthcheck: (value) => value === null || isRecord(value),
  stopSignal: textOrNull,
  shell: textsOrNull,
  onBuild: texts,
  history: (value) => Array.isArray(value) && value.every((entry) => has(entry, historyChecks)),
} satisfies Record<keyof ImageConfig, Check>;

function has(value: unknown, wanted: Readonly<Record<string, Check>>): boolean {
  return isRecord(value) && Object.entries(wanted).every(([key, check]) => check(value[key]));
}

/** `facts.config` of a result; null for what has not its shape. */
export function configOf(value: unknown): ImageConfig | null {
  return has(value, checks) ? (value as ImageConfig) : null;
}
