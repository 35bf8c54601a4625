import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { elixir } from './elixir.ts';

const path = 'app/lib/phoenix-1.7.0/ebin/phoenix.app';
const phoenix = `%% made by a compiler, {application,no,[{vsn,"0"}]}
{application,phoenix,
    [{description,"a {vsn,\\"9\\"} in a text"},
     {modules,['Elixir.Phoenix',{vsn,"8"}]},
     {env,[{vsn,"7"},{a,[{application,b,[{vsn,"6"}]}]}]},
     {vsn,"1.7.0"},
     {licenses,["MIT","Apache-2.0"]}]}.
`;

describe('an application file', () => {
  test.each([
    ['with the keys of other depths passed over', phoenix, ['pkg:otp/phoenix@1.7.0 | MIT | Apache-2.0']],
    ['with a quoted name', '{application,\'My_App\',[{vsn,"1.0"}]}.', ['pkg:otp/my_app@1.0']],
    ['with a character', '{application,a,[{env,[$",$\\"]},{vsn,"1.0"}]}.', ['pkg:otp/a@1.0']],
    [
      'whose version is made by a build',
      '{application,a,[{vsn,git}]}.',
      ['damaged: the OTP application file has no readable name and version'],
    ],
    [
      'of another form',
      '{release,{"a","1"},[{vsn,"1.0"}]}.',
      ['damaged: the OTP application file has no readable name and version'],
    ],
  ])('%s', (_, body, rows) => {
    expect(readList(elixir, path, body)).toEqual(rows);
  });

  test('any bytes', () => fuzzList(elixir, path, phoenix));
});
