import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { isPluginFile } from './plugin-header.ts';
import { wordpress } from './wordpress.ts';

const path = 'var/www/html/wp-content/plugins/akismet/akismet.php';
const akismet = '<?php\n/*\nPlugin Name:Akismet Anti-spam\n * Version: 5.3\r\nLicense: GPLv2 or later */\n';

describe('a plug-in', () => {
  test.each([
    ['with its header', path, akismet, ['pkg:generic/wordpress-plugin/akismet@5.3 | GPLv2 or later']],
    [
      'of a single file',
      'srv/wp-content/plugins/hello.php',
      '<?php /*\n@Plugin Name: Hello\n@Version: 1.7 ?>\n*/',
      ['pkg:generic/wordpress-plugin/hello@1.7'],
    ],
    ['without a version', path, '<?php // Plugin Name: x\n', []],
    ['that is another file', path, '<?php // Version: 1.0\n', []],
    ['whose header WordPress does not read', path, `${' '.repeat(8192)}${akismet}`, []],
  ])('%s', (_, file, body, rows) => {
    expect(readList(wordpress, file, body)).toEqual(rows);
  });

  test.each([
    [path, true],
    ['wp-content/plugins/hello.php', true],
    ['wp-content/mu-plugins/a.php', true],
    ['wp-content/plugins/a/inc/b.php', false],
    ['wp-content/themes/a/b.php', false],
    ['xwp-content/plugins/a/b.php', false],
  ])('%s may be one: %s', (file, may) => expect(isPluginFile(file)).toBe(may));

  test('any bytes', () => fuzzList(wordpress, path, akismet));
});
