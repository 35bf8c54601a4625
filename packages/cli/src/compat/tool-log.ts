import { appendFileSync, existsSync } from 'node:fs';
import { safeText } from '@plimsoll/engine';
import { OutputError } from '../exit.ts';
import { fileReason } from '../files.ts';
import { giveToFolderOwner } from '../output.ts';
import type { ForeignTool, LogLevel } from './foreign-tool.ts';

/** Characters of a line; a list of ids may be long. */
const maxLineChars = 64 * 1024;

/** What a tool says beside its reports: on standard error, and in its log file. */
export interface ToolLog {
  say(level: LogLevel, text: string): void;
}

export function toolLog(tool: Pick<ForeignTool, 'name' | 'logLine'>): ToolLog & { open(file: string): Promise<void> } {
  let file: string | undefined;
  return {
    /** @throws OutputError for a file that cannot be written */
    async open(path) {
      const isNew = !existsSync(path);
      append(path, '');
      if (isNew) giveToFolderOwner(path);
      file = path;
    },
    say(level, text) {
      const safe = safeText(text, maxLineChars);
      const line = `${tool.logLine?.(level, safe) ?? `${tool.name}: ${safe}`}\n`;
      process.stderr.write(line);
      if (file !== undefined) append(file, line);
    },
  };
}

function append(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch (error) {
    throw new OutputError(`the log ${file} cannot be written: ${fileReason(error as NodeJS.ErrnoException)}`);
  }
}
