import type { StatedComponent } from './stated-component.ts';

export const prefix = 'plimsoll:';

/** Objects and lists in one property: empty ones take twenty times their bytes of memory. */
const mostContainers = 500_000;

export function one(component: Pick<StatedComponent, 'properties'>, name: string): string | null {
  return all(component, name)[0] ?? null;
}

/** A text that begins with a quote is JSON. */
export function all({ properties }: Pick<StatedComponent, 'properties'>, name: string): string[] {
  return (properties.get(prefix + name) ?? []).map((text) => {
    const value = text.startsWith('"') ? jsonIn(text) : null;
    return typeof value === 'string' ? value : text;
  });
}

/** Null for what is no JSON, or takes far more memory than it is long. */
export function jsonIn(text: string): unknown {
  let containers = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if ((char === 0x7b || char === 0x5b) && ++containers > mostContainers) return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
