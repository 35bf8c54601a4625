const logHead = 32;
const frameHead = 24;
const magics: ReadonlySet<number> = new Set([0x377f0682, 0x377f0683]);

/**
 * Whether a write-ahead log of SQLite holds a change that was finished: a frame that ends a transaction, of the same
 * round as the log's head. Frames of earlier rounds were merged.
 *
 * @see https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function hasCommits(log: Buffer): boolean {
  if (log.length < logHead || !magics.has(log.readUInt32BE(0))) return false;
  const pageSize = log.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65536) return false;
  for (let at = logHead; at + frameHead + pageSize <= log.length; at += frameHead + pageSize) {
    // salts: 8 bytes that are drawn anew for each round
    if (log.compare(log, 16, 24, at + 8, at + 16) !== 0) return false;
    if (log.readUInt32BE(at + 4) !== 0) return true;
  }
  return false;
}
