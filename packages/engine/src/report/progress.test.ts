import { describe, expect, it } from 'vitest';
import {
  type ProgressState,
  progressLine,
  progressMessages,
  startProgress,
  withLayer,
  withShards,
} from './progress.ts';
import { textWidth } from './terminal/text-width.ts';
import { hostileText } from './testing/sample-result.ts';

function reading(): ProgressState {
  let state = startProgress('docker-archive:shop-api.tar');
  state = withLayer(state, { index: 1, count: 3, bytesRead: 4_000_000, bytesTotal: 8_800_000, done: false });
  return withLayer(state, { index: 0, count: 3, bytesRead: 31_400_000, bytesTotal: 31_400_000, done: true });
}

const fetching = withShards(reading(), { done: 1, total: 4, current: 'debian-11' });

describe('progress', () => {
  it.each([
    ['nothing yet', startProgress('app.tar'), 80, 'app.tar  opening…'],
    ['layers', reading(), 80, 'docker-archive:shop-api.tar  layers 1/3, 35.4 MB of 40.2 MB'],
    [
      'layers and shards',
      fetching,
      90,
      'docker-archive:shop-api.tar  layers 1/3, 35.4 MB of 40.2 MB · advisories 1/4 debian-11',
    ],
    ['a narrow terminal shortens the name first', reading(), 48, 'docker-archive…  layers 1/3, 35.4 MB of 40.2 MB'],
    ['a very narrow one leaves it out', reading(), 30, 'layers 1/3, 35.4 MB of 40.2…'],
  ])('on a terminal: %s', (_, state, columns, line) => {
    expect(progressLine(state, columns)).toBe(line);
  });

  it('speaks ASCII where there is no Unicode', () => {
    expect(progressLine(startProgress('bücher.tar'), 80, false)).toBe('b\\xfccher.tar  opening...');
  });

  it.each([1, 2, 10, 40, 80, 200])('never fills %i columns and shows nothing raw', (columns) => {
    const state = withShards({ ...fetching, subject: hostileText }, { done: 1, total: 4, current: hostileText });
    const line = progressLine(state, columns);
    expect(textWidth(line)).toBeLessThan(Math.max(2, columns));
    expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
  });

  it('writes a line in a log for each layer and shard that got done, and no other', () => {
    const before = reading();
    const after = withLayer(before, { index: 1, count: 3, bytesRead: 8_800_000, bytesTotal: 8_800_000, done: true });
    expect(progressMessages(startProgress('app.tar'), before)).toEqual(['read layer 1 of 3 (31.4 MB)']);
    expect(progressMessages(before, after)).toEqual(['read layer 2 of 3 (8.8 MB)']);
    expect(progressMessages(after, after)).toEqual([]);
    const last = withLayer(after, { index: 2, count: 3, bytesRead: 10, bytesTotal: 10, done: true });
    expect(progressMessages(after, last)).toEqual([
      'read layer 3 of 3 (10 B)',
      'read 3 layers of docker-archive:shop-api.tar',
    ]);
    expect(progressMessages(before, fetching)).toEqual(['advisories 1 of 4 at hand']);
  });
});
