import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages.ts';

export interface Label {
  readonly distro: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly vulnerability: string;
  readonly affected: string;
  readonly tool: string;
  readonly statement: string;
  readonly cites: string;
}

interface Bench {
  readLabels(text: string): Label[];
  judge(rows: readonly Label[], dbDir: string, at: string, folder: string): { row: Label; said: boolean }[];
  score(judged: readonly { row: Label; said: boolean }[]): Record<'precision' | 'recall' | 'f1', number>;
}

/** The benchmark itself, which has no types. */
export const bench = (await import(new URL('../bench/accuracy.mjs', import.meta.url).href)) as Bench;
export const labels = bench.readLabels(readFileSync(join(root, 'bench/accuracy/labels.tsv'), 'utf8'));

interface Decider {
  readonly lacks: string | undefined;
  decide(rows: readonly Label[]): boolean[];
}

const from = async (name: string): Promise<unknown> =>
  import(new URL(`../bench/accuracy/${name}`, import.meta.url).href);

/** The native tools that can decide a row once more; `apkRoot`: an unpacked Alpine image. */
export const { nativeTools } = (await from('tools.mjs')) as {
  nativeTools(apkRoot?: string): Readonly<Record<string, Decider>>;
};

export const { relabel, labelsText } = (await from('relabel.mjs')) as {
  relabel(
    rows: readonly Label[],
    mirror: string,
    apkRoot: string | undefined,
    lacking: (tool: string) => void,
  ): Label[];
  labelsText(rows: readonly Label[]): string;
};
