/** A run of Base64 in a text, and the text that it holds. */
export interface EncodedText {
  readonly encoded: string;
  readonly decoded: string;
}

/** Fewer characters hold no secret that has a form. */
const run = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
/** Looked at in one text; its length bounds the rest. */
const maxRuns = 1000;
/** A text that was encoded twice; more is a game. */
const maxDepth = 2;

/** What stands in Base64 (either alphabet) and is itself a text: printable ASCII. Takes time linear in `text`. */
export function encodedTexts(text: string, depth = maxDepth): readonly EncodedText[] {
  return [...text.matchAll(run)].slice(0, maxRuns).flatMap(([encoded]) => {
    const decoded = Buffer.from(encoded, 'base64').toString('latin1');
    if (!/^[\t\n\r -~]+$/.test(decoded)) return [];
    const within = depth > 1 ? encodedTexts(decoded, depth - 1) : [];
    return [{ encoded, decoded }, ...within.map((inner) => ({ encoded, decoded: inner.decoded }))];
  });
}
