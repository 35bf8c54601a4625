import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { ruby } from './ruby.ts';

const rack = `# -*- encoding: utf-8 -*-
# stub: rack 2.2.22 ruby lib

Gem::Specification.new do |s|
  s.name = "rack".freeze
  s.version = "2.2.22"
  s.files = ["bin/rackup".freeze]
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.rubygems_version = "3.3.15".freeze
end
`;
const at = (file: string) => `usr/lib/ruby/gems/3.1.0/specifications/${file}.gemspec`;

describe('a gemspec', () => {
  test.each([
    ['as RubyGems writes it', 'rack-2.2.22', rack, ['pkg:gem/rack@2.2.22 | MIT | Ruby']],
    [
      'in the old style',
      'a_b-1.0',
      "Gem::Specification.new do |s|\n  s.name = %q{a_b}\n  s.version = Gem::Version.new('1.0')\n  s.license = 'MIT'\nend",
      ['pkg:gem/a_b@1.0 | MIT'],
    ],
    [
      'of another platform',
      'x-1.0-java',
      'Gem::Specification.new do |s|\n  s.name = "x"\n  s.version = "1.0"\n  s.platform = "java".freeze\nend',
      ['pkg:gem/x@1.0?platform=java'],
    ],
    [
      'of a platform in parts',
      'x-1.0-x86_64-linux',
      'Gem::Specification.new do |s|\n  s.name = "x"\n  s.version = "1.0"\n  s.platform = Gem::Platform.new(["x86_64", "linux", nil])\nend',
      ['pkg:gem/x@1.0?platform=x86_64-linux'],
    ],
    [
      'with a computed version and a stub',
      'x-1',
      '# stub: x 1.2.3 java lib\nGem::Specification.new do |s|\n  s.name = "x"\n  s.version = X::VERSION\nend',
      ['pkg:gem/x@1.2.3?platform=java'],
    ],
    [
      'with all computed, named by its file',
      'net-http-0.3.0.1-java',
      'Gem::Specification.new do |s|\n  s.name = "net-#{x}"\nend',
      ['pkg:gem/net-http@0.3.0.1?platform=java'],
    ],
    ['that is none', 'x-1', 'class A; end', ['damaged: the gemspec holds no Gem::Specification']],
    [
      'without any name',
      'x',
      'Gem::Specification.new do |s|\nend',
      ['damaged: the gemspec has no readable name and version'],
    ],
  ])('%s', (_, file, body, rows) => {
    expect(readList(ruby, at(file), body)).toEqual(rows);
  });

  test('any bytes', () => fuzzList(ruby, at('rack-2.2.22'), rack));
});
