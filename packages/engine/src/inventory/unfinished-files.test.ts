import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeAbandoned, writerMark } from './unfinished-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-unfinished-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that has ended. */
const ended = () => spawnSync(process.execPath, ['-e', '0']).pid;
const put = (name: string, hoursAgo = 0) => {
  writeFileSync(join(folder, name), 'x');
  utimesSync(join(folder, name), Date.now() / 1000 - 3600 * hoursAgo, Date.now() / 1000 - 3600 * hoursAgo);
  return name;
};

test('what a killed writer left goes, what is being written stays', () => {
  const mine = put(`a.json${writerMark()}.part`);
  put(`b.json${writerMark().replace(`-${process.pid}-`, `-${ended()}-`)}.part`);
  removeAbandoned(folder, '.part');
  expect(readdirSync(folder)).toEqual([mine]);
});

test('processes of another container are not known: their files go after an hour', () => {
  const elsewhere = (pid: number) => `r${writerMark().replace(/^\.\d+-\d+/, `.1-${pid}`)}.part`;
  const young = put(elsewhere(ended()));
  put(elsewhere(process.pid), 2);
  removeAbandoned(folder, '.part');
  expect(readdirSync(folder)).toEqual([young]);
});

test('files of other names stay, however old they are', () => {
  const mark = writerMark().replace(`-${process.pid}-`, `-${ended()}-`);
  const names = ['r.part', 'movie.avi.part', 'r.1-2.part', `r${mark}`, `other${mark}.part`, `r${mark}.part.bak`];
  for (const name of names) put(name, 9);
  removeAbandoned(folder, '.part', 'r');
  expect(readdirSync(folder).sort()).toEqual([...names].sort());
});
