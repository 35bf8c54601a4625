import { isUtf8 } from 'node:buffer';
import { AdvisoryError } from '../advisory-error.ts';

/** `members`: of the top-level object, as `"key": value`; `elements`: of the arrays directly inside it. */
export type SplitMode = 'members' | 'elements';

/**
 * Cuts one large JSON object into the texts of its parts while it is read, so that no more than one part is held.
 * It only finds where parts end; each part still goes through `JSON.parse`, which says whether it is JSON: one that is not UTF-8 is
 * given as a text that is none.
 *
 * @throws AdvisoryError `feed-malformed` (no JSON object, truncated), `feed-too-large` (one part over `maxPartBytes`)
 */
export async function* splitJson(
  name: string,
  stream: AsyncIterable<Buffer>,
  mode: SplitMode,
  maxPartBytes: number,
): AsyncGenerator<string> {
  const partDepth = mode === 'members' ? 1 : 2;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inArray = false;
  /** bytes of the part that came in earlier chunks */
  let held: Buffer[] = [];
  let heldBytes = 0;
  let started = false;

  for await (const chunk of stream) {
    let from = 0;
    const parts: string[] = [];
    const cut = (end: number): void => {
      const piece = chunk.subarray(from, end);
      const bytes = held.length === 0 ? piece : Buffer.concat([...held, piece]);
      const part = isUtf8(bytes) ? bytes.toString('utf8').trim() : `(not UTF-8) ${bytes.toString('latin1').trim()}`;
      held = [];
      heldBytes = 0;
      if (part !== '') parts.push(part);
    };
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === 0x5c) escaped = true;
        else if (byte === 0x22) inString = false;
        continue;
      }
      switch (byte) {
        case 0x22:
          inString = true;
          break;
        case 0x7b:
        case 0x5b:
          depth++;
          if (depth === 2) inArray = byte === 0x5b;
          if (depth === partDepth) from = i + 1;
          break;
        case 0x7d:
        case 0x5d:
          if (depth === partDepth && (mode === 'members' || inArray)) cut(i);
          depth--;
          break;
        case 0x2c:
          if (depth === partDepth && (mode === 'members' || inArray)) {
            cut(i);
            from = i + 1;
          }
          break;
        default:
          break;
      }
      if (!started && byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) {
        if (byte !== 0x7b)
          throw new AdvisoryError(
            'feed-malformed',
            `${name}: ${byte === 0x3c ? 'is HTML or XML' : 'begins with no {'}, not the JSON of this feed`,
          );
        started = true;
      }
    }
    yield* parts;
    if (depth >= partDepth && (mode === 'members' || inArray)) {
      const rest = chunk.subarray(from);
      heldBytes += rest.length;
      if (heldBytes > maxPartBytes)
        throw new AdvisoryError('feed-too-large', `${name}: one record is larger than ${maxPartBytes} bytes`);
      held.push(Buffer.from(rest));
    }
  }
  if (!started || depth !== 0 || inString)
    throw new AdvisoryError('feed-malformed', `${name}: the JSON is truncated; fetch it again`);
}
