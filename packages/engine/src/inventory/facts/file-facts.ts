import type { SquashedView } from '../../image/squash.ts';
import type { ViewNode } from '../../image/stored-node.ts';
import type { EntryType } from '../../image/types.ts';
import type { FileFact, FileQuery, Incomplete } from '../types.ts';
import { type AskedBody, askedBodies } from './asked-files.ts';
import type { FactContext, FactGatherer } from './gatherer.ts';

const setId = 0o6000;
const writableByAll = 0o002;

/** Asked for beyond the notable ones. */
const maxAskedFiles = 100_000;

/** Of the squashed view: set-id files, everything but links that all may write, and the files that rules ask for. */
export function fileFacts(queries: readonly FileQuery[] = []): FactGatherer<'files'> {
  const bodies = askedBodies(queries);
  return {
    name: 'files',
    version: 1,
    ...(bodies && { bodies }),
    gather(context) {
      const found = new FoundFiles(context, queries);
      for (const node of everything(context.view)) found.add(node);
      return found.result();
    },
  };
}

class FoundFiles {
  readonly #context: FactContext;
  readonly #queries: readonly FileQuery[];
  readonly #facts: FileFact[] = [];
  readonly #incomplete: Incomplete[] = [];
  readonly #contents: [string, string][] = [];
  #asked = 0;

  constructor(context: FactContext, queries: readonly FileQuery[]) {
    this.#context = context;
    this.#queries = queries;
  }

  add({ entry, layer, path }: ViewNode): void {
    const asking = entry.type === 'symlink' ? [] : this.#queries.filter((query) => query.wants(`/${path}`));
    const notable = isNotable(entry.type, entry.mode);
    if (asking.length > 0) this.#asked += 1;
    if (!notable && (asking.length === 0 || this.#asked > maxAskedFiles)) return;
    const fact: FileFact = {
      path: `/${path}`,
      type: typeOf(entry.type),
      mode: entry.mode.toString(8).padStart(4, '0'),
      uid: entry.uid,
      gid: entry.gid,
      size: entry.size,
      layer: this.#context.layerId(layer),
    };
    const isRead = fact.type === 'file' && asking.some(({ sha256, content }) => sha256 || content);
    const body = isRead ? this.#body(entry.path, layer, fact) : null;
    this.#facts.push(body?.sha256 === undefined ? fact : { ...fact, sha256: body.sha256 });
    if (body?.content !== undefined) this.#contents.push([fact.path, body.content]);
  }

  result() {
    if (this.#asked > maxAskedFiles) {
      const message = `rules ask for ${this.#asked} files: ${maxAskedFiles} of them were judged`;
      this.#incomplete.push({ code: 'limit-reached', message });
    }
    const facts = this.#facts.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return { facts, incomplete: this.#incomplete, contents: this.#contents };
  }

  #body(entryPath: string, layer: number, { path, layer: id }: FileFact): AskedBody | null {
    const parsed = this.#context.analyses[layer]?.parsed.get('files')?.get(entryPath);
    const where = { path, ...(id === null ? {} : { layer: id }) };
    if (parsed?.damage) {
      this.#incomplete.push({ code: parsed.damage.code, message: parsed.damage.message, ...where });
    } else if (parsed === undefined) {
      const message = 'a rule asks what is in this file, which its layer has under another name';
      this.#incomplete.push({ code: 'file-unreadable', message, ...where });
    }
    return (parsed?.facts ?? null) as AskedBody | null;
  }
}

function isNotable(type: EntryType, mode: number): boolean {
  if (type === 'symlink') return false;
  return (mode & writableByAll) !== 0 || (type !== 'directory' && (mode & setId) !== 0);
}

function typeOf(type: EntryType): FileFact['type'] {
  if (type === 'directory') return 'directory';
  return type === 'file' || type === 'hardlink' ? 'file' : 'device';
}

function* everything(view: SquashedView): Generator<ViewNode> {
  const left = [''];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    for (const node of view.children(at)) {
      yield node;
      if (node.entry.type === 'directory') left.push(node.path);
    }
  }
}
