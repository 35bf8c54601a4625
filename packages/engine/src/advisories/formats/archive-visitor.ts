/** Who walks an archive says what it wants and hears of every file that it asked for. */
export interface ArchiveVisitor {
  /** others are passed over without being read */
  wanted(path: string): boolean;
  file(path: string, body: Buffer): void;
  /** a wanted file that cannot be had: too large, damaged */
  refused(path: string, reason: string): void;
}
