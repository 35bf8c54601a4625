import type { HistoryEntry, ImageConfig } from '../../image/types.ts';
import { isRecord } from '../declared.ts';
import { type Check, flag, has, listOf, text, textOrNull, texts, textsOrNull } from './shapes.ts';

const historyChecks = {
  created: textOrNull,
  instruction: textOrNull,
  comment: textOrNull,
  emptyLayer: flag,
} satisfies Record<keyof HistoryEntry, Check>;

/** Of a health check: times are numbers, its command is a list. */
const isPlain: Check = (value) => !isRecord(value) && (!Array.isArray(value) || value.every(text));

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
  healthcheck: (value) => value === null || (isRecord(value) && Object.values(value).every(isPlain)),
  stopSignal: textOrNull,
  shell: textsOrNull,
  onBuild: texts,
  history: (value) => Array.isArray(value) && value.every((entry) => has(entry, historyChecks)),
} satisfies Record<keyof ImageConfig, Check>;

/** `facts.config` of a result; null for what has not its shape. */
export function configOf(value: unknown): ImageConfig | null {
  const [config] = listOf<ImageConfig>([value], checks) ?? [];
  if (config === undefined) return null;
  return { ...config, history: listOf<HistoryEntry>(config.history, historyChecks) ?? [] };
}
