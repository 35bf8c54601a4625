import type { HistoryEntry, ImageConfig } from '../../image/types.ts';
import { isRecord } from '../declared.ts';
import { type Check, flag, has, text, textOrNull, texts, textsOrNull } from './shapes.ts';

const historyChecks = {
  created: textOrNull,
  instruction: textOrNull,
  comment: textOrNull,
  emptyLayer: flag,
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

/** `facts.config` of a result; null for what has not its shape. */
export function configOf(value: unknown): ImageConfig | null {
  return has(value, checks) ? (value as ImageConfig) : null;
}
