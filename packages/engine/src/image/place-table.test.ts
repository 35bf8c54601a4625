import { expect, test } from 'vitest';
import { PlaceTable } from './place-table.ts';

test('an entry is where it was put, however far, and holds its own content unless another one does', () => {
  const table = new PlaceTable();
  const offsets = [512, 1024, 2 ** 41 - 512, 2 ** 41, 2 ** 41 + 1024, 2 ** 52];
  for (let index = 0; index < 5000; index += 1) table.push(offsets[index % offsets.length]!);
  table.pushHeld(2048, 3);
  table.pushHeld(0, -1);
  for (let index = 0; index < 5000; index += 1)
    expect(table.at(index)).toEqual({ offset: offsets[index % offsets.length], holder: index });
  expect(table.at(5000)).toEqual({ offset: 2048, holder: 3 });
  expect(table.at(5001)).toEqual({ offset: 0, holder: -1 });
});
