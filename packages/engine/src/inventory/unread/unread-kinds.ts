import type { FilePattern } from '../file-pattern.ts';

/** Something that is recognised by its path and that no cataloger reads yet. */
export interface UnreadKind {
  /** for messages: `Snap: 3 files cannot be read yet` */
  readonly title: string;
  readonly patterns: readonly FilePattern[];
}

/** Databases of distro packages. A cataloger that learns to read one takes its row away. */
export const unreadDatabases: readonly UnreadKind[] = [
  { title: 'guix', patterns: [{ path: 'var/guix/db/db.sqlite' }] },
  {
    title: 'xbps',
    patterns: [{ suffix: '.plist', directory: 'var/db/xbps', accepts: (path) => path.includes('/pkgdb-') }],
  },
  { title: 'swupd', patterns: [{ path: 'usr/share/clear/version' }] },
];

/** Applications and language packages, recognised by file name alone. */
export const unreadApplications: readonly UnreadKind[] = [
  { title: 'Snap', patterns: [{ suffix: '.snap', below: 'var/lib/snapd/snaps' }] },
];
