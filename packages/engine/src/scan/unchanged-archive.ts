import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { archivePath } from '../image/archive-path.ts';
import { OpenFile } from '../image/blob.ts';
import type { LayerStore } from '../inventory/layer-analyser.ts';
import { readSealedText, sealedText } from '../inventory/sealed-payload.ts';

const magic = Buffer.from('plimsoll archive 2\n');

/** A file that was changed this short a time ago may change again without its times telling, milliseconds. */
const tooYoung = 2000;

/**
 * What tells the file of an archive from any other, and from itself after a change (device, inode, size, time of change), as it
 * tells a plain layer in it. Null: the reference means no file, or one that was changed just now.
 */
export function archiveIdentity(reference: string): string | null {
  try {
    const path = archivePath(reference);
    if (path === null || !statSync(path).isFile()) return null;
    const file = new OpenFile(path);
    try {
      return Date.now() - file.changed > tooYoung ? file.key({ file, start: 0, size: file.size }) : null;
    } finally {
      file.close();
    }
  } catch {
    // whoever reads it says what is wrong
    return null;
  }
}

/** Of a command's inputs and an archive as it is now: what is in it need not be read again. */
export function archiveKey(inputs: string, reference: string, identity: string): string {
  const made = JSON.stringify([inputs, reference, identity, process.platform, process.arch]);
  return createHash('sha256').update(`archive\n${made}`).digest('hex');
}

/** The key of the subject that was read from that archive; undefined: it is not known. */
export function recallSubjectKey(store: LayerStore, key: string): string | undefined {
  const bytes = store.get(key);
  return bytes && readSealedText(magic, key, bytes);
}

export function keepSubjectKey(store: LayerStore, key: string, subjectKey: string): void {
  store.put(key, [sealedText(magic, key, subjectKey)]);
}
