import type { LayerAnalysis } from '../../layer-analysis.ts';
import type { Incomplete, SecretFact } from '../../types.ts';
import type { FactContext, FactGatherer } from '../gatherer.ts';
import { asText, beginsAsText, detectSecrets } from './detect-secrets.ts';
import { secretKinds } from './kinds.ts';
import { isReadForSecrets, isTooLargeForSecrets, maxSecretFileBytes } from './secret-paths.ts';

/** What is kept of a file: never a secret itself. */
interface FileSecrets {
  readonly found: readonly {
    readonly kind: string;
    readonly line: number;
    readonly masked: string;
    readonly example: boolean;
  }[];
  /** it was not searched to its end */
  readonly cut: boolean;
}

const kinds = new Map(secretKinds.map((kind) => [kind.id, kind]));

/** Files of every layer, deleted later or not, and the image's configuration. Archives are not opened. */
export const secretFacts: FactGatherer<'secrets'> = {
  name: 'secrets',
  version: 2,
  bodies: {
    wants: isReadForSecrets,
    begins: (_path, beginning) => beginsAsText(beginning),
    read(path, body) {
      const text = asText(body);
      if (text === null) return null;
      const { found, cut } = detectSecrets(text, path);
      if (found.length === 0 && !cut) return null;
      const facts: FileSecrets = {
        found: found.map(({ kind, line, masked, example }) => ({ kind: kind.id, line, masked, example })),
        cut,
      };
      return { facts, damage: null };
    },
  },
  gather(context) {
    const inFiles = context.analyses.flatMap((analysis, layer) => ofLayer(analysis, layer, context));
    return {
      facts: [...inFiles.flatMap(({ secrets }) => secrets).sort(byPlace), ...context.configSecrets],
      incomplete: [
        ...inFiles.flatMap(({ cut }) => cut),
        ...context.analyses.flatMap((analysis, layer) => tooLarge(analysis, context.layerId(layer))),
      ],
    };
  },
};

interface Found {
  readonly secrets: readonly SecretFact[];
  readonly cut: readonly Incomplete[];
}

function ofLayer({ listing, parsed }: LayerAnalysis, layer: number, context: FactContext): readonly Found[] {
  const files = parsed.get('secrets');
  if (files === undefined) return [];
  const names = new Map<string, string[]>([...files.keys()].map((path) => [path, [path]]));
  // each name of a file is a place of its own: deleting one leaves the others
  for (const { type, path, linkTarget } of listing.entries) {
    if (type === 'hardlink' && linkTarget !== null) names.get(linkTarget)?.push(path);
  }
  return [...files].flatMap(([path, { facts, damage }]) =>
    names.get(path)!.map((name) => {
      if (damage === null) return ofFile(name, facts as FileSecrets, layer, context);
      return { secrets: [], cut: [unread(damage.message, `/${name}`, context.layerId(layer))] };
    }),
  );
}

function ofFile(name: string, { found, cut }: FileSecrets, layer: number, { view, layerId }: FactContext): Found {
  const path = `/${name}`;
  const deleted = view.lstat(view.realPath(name) ?? name)?.layer !== layer;
  const id = layerId(layer);
  const message = `the file was not searched to its end: ${found.length} secrets were found before`;
  return {
    secrets: found.map(({ kind, line, masked, example }) => {
      const { title, severity } = kinds.get(kind)!;
      return { kind, title, severity: example ? 'Low' : severity, path, line, layer: id, masked, deleted, example };
    }),
    cut: cut ? [unread(message, path, id)] : [],
  };
}

function tooLarge({ listing }: LayerAnalysis, layer: string | null): readonly Incomplete[] {
  const cut: Incomplete[] = [];
  for (const { type, path, size, mode } of listing.entries) {
    if (type !== 'file' || !isTooLargeForSecrets(path, size, mode)) continue;
    const message = `a file of ${size} bytes was not searched for secrets: at most ${maxSecretFileBytes} are`;
    cut.push(unread(message, `/${path}`, layer));
  }
  return cut;
}

function unread(message: string, path: string, layer: string | null): Incomplete {
  return { code: 'secrets-unread', message, path, ...(layer === null ? {} : { layer }) };
}

/** By path; the same path of several layers stays in their order. */
function byPlace(a: SecretFact, b: SecretFact): number {
  const [left, right] = [a.path ?? '', b.path ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
