import { isRecord } from '../declared.ts';
import type { FileFact } from '../types.ts';

const types: readonly unknown[] = ['file', 'directory', 'device'] satisfies FileFact['type'][];

/** `facts.files` of a result, without its layers; null for what has not its shape. */
export function filesOf(value: unknown): readonly FileFact[] | null {
  if (!Array.isArray(value)) return null;
  const files = value.map(fileOf);
  return files.every((file) => file !== null) ? files : null;
}

function fileOf(value: unknown): FileFact | null {
  if (!isRecord(value)) return null;
  const { path, type, mode, uid, gid, size } = value;
  if (typeof path !== 'string' || !path.startsWith('/') || !types.includes(type)) return null;
  if (typeof mode !== 'string' || !/^[0-7]{1,5}$/.test(mode) || ![uid, gid, size].every(isCount)) return null;
  return { path, type, mode, uid, gid, size, layer: null } as FileFact;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
