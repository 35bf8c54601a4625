/** Messages of single findings that the message of the rule holds. */
const maxMessages = 3;

/** The first few different messages, and how many more there are; null: nothing is broken. */
export function summary<T>(broken: readonly T[], render: (each: T) => string): string | null {
  if (broken.length === 0) return null;
  const messages = new Set<string>();
  let at = 0;
  for (; at < broken.length && messages.size < maxMessages; at++) messages.add(render(broken[at]!));
  const rest = broken.length - at;
  return [...messages].join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
