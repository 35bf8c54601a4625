import { describe, expect, it } from 'vitest';
import { familiarName, parseRegistryReference } from './registry-reference.ts';

const password = 'correct-horse';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('references', () => {
  it.each<[string, [string, string, string | null, string | null], string]>([
    ['nginx', ['docker.io', 'library/nginx', 'latest', null], 'nginx:latest'],
    ['nginx:1.25', ['docker.io', 'library/nginx', '1.25', null], 'nginx:1.25'],
    ['docker.io/nginx', ['docker.io', 'library/nginx', 'latest', null], 'nginx:latest'],
    ['index.docker.io/nginx', ['docker.io', 'library/nginx', 'latest', null], 'nginx:latest'],
    ['docker.io/library/nginx', ['docker.io', 'library/nginx', 'latest', null], 'nginx:latest'],
    ['team/app', ['docker.io', 'team/app', 'latest', null], 'team/app:latest'],
    ['docker.io/team/app', ['docker.io', 'team/app', 'latest', null], 'team/app:latest'],
    ['localhost/app', ['localhost', 'app', 'latest', null], 'localhost/app:latest'],
    ['localhost:5000/app:2', ['localhost:5000', 'app', '2', null], 'localhost:5000/app:2'],
    ['Host/app', ['Host', 'app', 'latest', null], 'Host/app:latest'],
    ['r.example/a/b__c/d--e.f:T_1', ['r.example', 'a/b__c/d--e.f', 'T_1', null], 'r.example/a/b__c/d--e.f:T_1'],
    ['[::1]:5000/app', ['[::1]:5000', 'app', 'latest', null], '[::1]:5000/app:latest'],
    ['[2001:db8::1]/app', ['[2001:db8::1]', 'app', 'latest', null], '[2001:db8::1]/app:latest'],
    [`app@${digest}`, ['docker.io', 'library/app', null, digest], `app@${digest}`],
    [`r.example:1/app:x@${digest}`, ['r.example:1', 'app', 'x', digest], `r.example:1/app@${digest}`],
  ])('%s', (text, [host, repository, tag, expected], name) => {
    const parsed = parseRegistryReference(text);
    expect(parsed).toEqual({ host, repository, tag, digest: expected });
    expect(familiarName(parsed)).toBe(name);
  });

  it.each<[string, string]>([
    ['', 'no name'],
    ['/', 'single separators'],
    ['r.example/', 'no name'],
    [':1', 'no name'],
    ['Nginx', 'small letters'],
    ['r.example/App', 'small letters'],
    ['a//b', 'single separators'],
    ['a/../b', 'single separators'],
    ['a..b', 'single separators'],
    ['-a', 'single separators'],
    ['a?b', 'single separators'],
    ['a%2fb', 'single separators'],
    ['https://r.example/a', 'no host'],
    ['user@r.example/a', 'a digest is'],
    [`user:${password}@r.example/a`, '"***@r.example/a" is not the name of an image: a login has no place in it'],
    [`https://user:${password}@r.example/a`, 'a login has no place'],
    ['r.example:99999/a', 'no host'],
    ['r.example:0/a', 'no host'],
    ['r_x.example/a', 'no host'],
    ['-r.example/a', 'no host'],
    ['a:', 'a tag'],
    ['a:.b', 'a tag'],
    [`a:${'t'.repeat(129)}`, 'a tag'],
    ['a:b:c', 'a tag'],
    ['a@sha256:12', 'a digest'],
    [`a@sha512:${'0'.repeat(128)}`, 'a digest'],
    ['a'.repeat(256), 'at most 255'],
    ['a'.repeat(5000), 'longer than'],
    [digest.slice(7), 'the ID of an image'],
    ['a\nb', 'single separators'],
  ])('%j is none', (text, why) => {
    expect(() => parseRegistryReference(text)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining(why) }),
    );
  });
});
