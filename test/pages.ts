import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Every page of the documentation, relative to the root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync(['docs/**/*.md', 'packages/*/README.md'], { cwd: root }).sort(),
];

export function page(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export interface Block {
  readonly language: string;
  readonly body: string;
}

/** The fenced blocks of a page, in their order. */
export function blocks(text: string): readonly Block[] {
  const found = text.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms);
  return [...found].map(([, language = '', body = '']) => ({ language, body }));
}

/** The file that a YAML block stands for: its first line says `# NAME`. */
export function fileName({ language, body }: Block): string | undefined {
  return language === 'yaml' ? /^# (\S+\.ya?ml)\n/.exec(body)?.[1] : undefined;
}
