import { homedir } from 'node:os';
import { join } from 'node:path';
import { suggestion } from '@plimsoll/engine';
import { UsageError } from './exit.ts';

/** Readers of option values. Each throws `UsageError` with the flag, what was given and what is expected. */

export function text(options: Record<string, unknown>, key: string): string | undefined {
  const value = options[key];
  return typeof value === 'string' ? value : undefined;
}

export function list(options: Record<string, unknown>, key: string): readonly string[] {
  const value = options[key];
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
}

/** A calendar day, `YYYY-MM-DD`; default today in UTC. */
export function date(options: Record<string, unknown>, key: string, flag: string): string {
  const value = text(options, key);
  if (value === undefined) return today();
  const parsed = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : undefined;
  // 2026-02-30 parses, as the second of March.
  if (!parsed || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== value) {
    throw new UsageError(`${flag} is "${value}"; say a date such as 2026-08-22`);
  }
  return value;
}

export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function oneOf<T extends string>(value: string, all: readonly T[], flag: string): T {
  const found = all.find((one) => one.toLowerCase() === value.toLowerCase());
  if (found) return found;
  throw new UsageError(`${flag} is "${value}"${suggestion(value, all)}`);
}

export function days(options: Record<string, unknown>, key: string, flag: string, otherwise: number): number {
  const value = options[key];
  if (value === undefined) return otherwise;
  if (!/^\d{1,5}$/.test(String(value))) throw new UsageError(`${flag} is "${value}"; say a number of days`);
  return Number(value);
}

/** At least 1; undefined where nothing was given. */
export function count(options: Record<string, unknown>, key: string, flag: string): number | undefined {
  const value = options[key];
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(String(value))) throw new UsageError(`${flag} is "${value}"; say a number such as 2`);
  return Number(value);
}

/** Bytes, `2G` or `512M` or `65536`; undefined where nothing was given. */
export function size(options: Record<string, unknown>, key: string, flag: string): number | undefined {
  const value = options[key];
  if (value === undefined) return undefined;
  const [, amount, unit = ''] = /^(\d{1,12})([KMG]?)$/i.exec(String(value)) ?? [];
  if (amount === undefined) throw new UsageError(`${flag} is "${value}"; say a size such as 512M or 2G`);
  return Number(amount) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' ');
}

/** The user's cache folder (XDG); the environment names it, so that tests and CI can move it. */
export function cacheFolder(name: 'advisories' | 'layers'): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'plimsoll', name);
}
