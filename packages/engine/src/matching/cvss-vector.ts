/** Metric values of a CVSS vector by metric name, checked against a vocabulary. */
export type Metrics = ReadonlyMap<string, string>;

/** What a version of CVSS allows: values by metric name, in the order in which the specification lists the metrics. */
export interface Vocabulary {
  readonly metrics: Readonly<Record<string, readonly string[]>>;
  readonly required: readonly string[];
  /** CVSS v4.0 fixes the order of the metrics; v3 only recommends one */
  readonly ordered: boolean;
}

/** Longest vector that is looked at, in characters; a v4.0 vector with every metric has 194. */
const maxVectorLength = 512;

/**
 * Splits `AV:N/AC:L/…` (without the `CVSS:x.y/` prefix) into its metrics; undefined when a metric is unknown, has a value
 * that does not exist, stands twice or out of order, or when a required one is missing.
 */
export function parseMetrics(text: string, vocabulary: Vocabulary): Metrics | undefined {
  if (text.length > maxVectorLength) return undefined;
  const names = Object.keys(vocabulary.metrics);
  const metrics = new Map<string, string>();
  let last = -1;
  for (const part of text.split('/')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, Math.max(colon, 0));
    const position = names.indexOf(name);
    if (position < 0 || metrics.has(name) || (vocabulary.ordered && position < last)) return undefined;
    const value = part.slice(colon + 1);
    if (!vocabulary.metrics[name]?.includes(value)) return undefined;
    metrics.set(name, value);
    last = position;
  }
  return vocabulary.required.every((name) => metrics.has(name)) ? metrics : undefined;
}
