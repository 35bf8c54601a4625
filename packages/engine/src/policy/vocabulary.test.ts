import { describe, expect, it } from 'vitest';
import { ecosystemShard } from '../advisories/shard-names.ts';
import { evaluate } from './evaluate.ts';
import { imageName } from './image-pattern.ts';
import { loadPolicy } from './load-policy.ts';
import { prepareRegularExpressions } from './regular-expressions.ts';
import { makeFinding, makePackage, makeSubject, type SubjectFacts } from './testing/subjects.ts';

await prepareRegularExpressions('matches');

/** Whether a rule of this scope with this condition is broken. */
function holds(scope: string, when: string, facts: SubjectFacts): boolean {
  const text = `name: x\nrules:\n  - { id: r, scope: ${scope}, when: '${when.replaceAll("'", "''")}', action: deny, message: broken }\n`;
  const { verdict } = evaluate(makeSubject(facts), {
    policies: [loadPolicy(text, 'x.yaml')],
    exceptions: [],
    gate: true,
  });
  return verdict.rules.length > 0;
}

const curl = makePackage({ name: 'curl', version: '7.88.1-10+deb12u4' });
const lodash = makePackage({ type: 'npm', name: 'lodash', version: '4.17.20' });
const packages = { packages: [curl, lodash] };

describe('packages that an image has, or lacks', () => {
  it.each([
    ['packages.exists(p, p.name == "curl")', true],
    ['!packages.exists(p, p.name == "ca-certificates")', true],
    ['packages.exists(p, p.type == "npm" && versionBefore(p.type, p.version, "4.17.21"))', true],
    ['packages.exists(p, p.type == "npm" && versionBefore(p.type, p.version, "4.17.20"))', false],
    ['packages.exists(p, p.name == "curl" && versionBefore("deb", p.version, "7.88.1-10+deb12u10"))', true],
    ['packages.size() == 2', true],
  ])('image: %s', (when, broken) => {
    expect(holds('image', when, packages)).toBe(broken);
    expect(holds('config', when, packages)).toBe(broken);
  });

  it('scope package', () => {
    expect(holds('package', 'pkg.name == "curl" && versionBefore(pkg.type, pkg.version, "8.0")', packages)).toBe(true);
    expect(holds('package', 'pkg.name == "curl" && versionBefore(pkg.type, pkg.version, "7.0")', packages)).toBe(false);
  });

  it('what cannot be compared does not pass for newer', () => {
    const bad = {
      packages: [makePackage({ type: 'maven', name: 'x', version: '1' }), makePackage({ version: 'not a version' })],
    };
    expect(() => holds('package', 'versionBefore(pkg.type, pkg.version, "1.0")', bad)).toThrow(
      '"not a version" is no version of type deb',
    );
    expect(() => holds('package', 'versionBefore("nothing", pkg.version, "1.0")', packages)).toThrow(
      'versions of type "nothing" cannot be compared',
    );
  });

  it('compares every package type by the scheme of its advisories', () => {
    for (const type of [
      'npm',
      'pypi',
      'golang',
      'maven',
      'gem',
      'cargo',
      'composer',
      'pear',
      'nuget',
      'bitnami',
      'hex',
      'pub',
      'cran',
      'hackage',
      'conan',
      'swift',
    ]) {
      expect(ecosystemShard(type)).toBeDefined();
      expect(
        holds(
          'image',
          `versionBefore("${type}", "1.9.0", "1.10.0") && !versionBefore("${type}", "1.10.0", "1.9.0")`,
          {},
        ),
      ).toBe(true);
    }
  });
});

describe('matches', () => {
  it.each([
    ['image.reference.matches("^app:[0-9.]+$")', true],
    ['matches(image.reference, "app")', true],
    ['image.reference.matches("^pp")', false],
    ['image.reference.matches("(?i)^APP:")', true],
  ])('%s', (when, broken) => {
    expect(holds('image', when, {})).toBe(broken);
  });

  it('takes time that grows with the text, where others take it to the power of two', () => {
    const time = (length: number) => {
      const started = process.threadCpuUsage();
      expect(
        holds('image', 'image.reference.matches("^(a+)+$")', { image: { reference: `${'a'.repeat(length)}b` } }),
      ).toBe(false);
      return process.threadCpuUsage(started).user + 1000;
    };
    time(2000);
    // 2^n for a matcher that goes back; the factor leaves room for a busy machine
    expect(time(200_000) / time(20_000)).toBeLessThan(100);
  });

  it('is counted: a loop of long texts ends', () => {
    const config = { env: Array.from({ length: 3000 }, (_, i) => `${'x'.repeat(10_000)}${i}=1`) };
    const when = 'config.env.all(a, config.env.all(b, b.matches("x")))';
    expect(() => holds('config', when, { config })).toThrow('it takes more than 1000000 steps');
  });

  it.each([
    'config.env.all(a, config.env.all(b, !b.contains("no such text")))',
    'config.env.all(a, config.env.all(b, b.lowerAscii() != "y"))',
    'config.env.all(a, config.env.all(b, !b.glob("*?*?*?*?*?y")))',
    'config.env.all(a, config.env.all(b, b.split("x").size() > 0))',
    'config.env.all(a, config.env.all(b, !("y" in config.env)))',
    'config.env.all(a, config.env.all(b, config.env == config.env))',
    'config.env.all(a, config.env.all(b, (config.env + config.env).size() > 0))',
  ])('so is whatever goes through a text or a list: %s', (when) => {
    const config = { env: Array.from({ length: 1500 }, (_, i) => `${'x'.repeat(5000)}${i}=1`) };
    const started = process.cpuUsage();
    expect(() => holds('config', when, { config })).toThrow('it takes more than 1000000 steps');
    // seconds where a loop in a loop may go through everything again
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(20);
  });

  it('a pattern of the image itself that is none', () => {
    expect(() => holds('image', 'image.reference.matches(image.id + "(")', {})).toThrow(
      'no regular expression: missing closing )',
    );
  });
});

describe('where an image comes from', () => {
  it.each([
    ['nginx', 'docker.io', 'library/nginx', 'latest'],
    ['docker:nginx:1.25', 'docker.io', 'library/nginx', '1.25'],
    ['registry:localhost:5000/app', 'localhost:5000', 'app', 'latest'],
    ['registry:ghcr.io/a/b:v1@sha256:00', 'ghcr.io', 'a/b', 'v1'],
    ['ghcr.io/a/b@sha256:00', 'ghcr.io', 'a/b', ''],
    ['team/app:2', 'docker.io', 'team/app', '2'],
    ['docker:0123456789ab', '', '', ''],
    ['docker-archive:/tmp/x.tar', '', '', ''],
    ['app.tar', '', '', ''],
    ['./registry.example.com/app', '', '', ''],
  ])('%s', (reference, registry, repository, tag) => {
    const { image } = makeSubject({ image: { reference } });
    expect(imageName(image)).toEqual({ registry, repository, tag });
  });

  it('a file has the name that stands in it', () => {
    const { image } = makeSubject({ image: { reference: 'app.tar', names: ['quay.io/x/y:3'] } });
    expect(imageName(image)).toEqual({ registry: 'quay.io', repository: 'x/y', tag: '3' });
    expect(
      holds('image', '!(image.registry in ["registry.example.com"])', { image: { reference: 'quay.io/x/y' } }),
    ).toBe(true);
    expect(holds('image', 'image.os == "linux" && image.architecture == "amd64"', {})).toBe(true);
    expect(
      holds('image', 'has(image.labels.team) && image.labels["team"] == "pay"', {
        config: { labels: { team: 'pay' } },
      }),
    ).toBe(true);
  });
});

describe('how a vulnerability is exploited', () => {
  const cvss = (version: string, vector: string) => ({
    findings: [makeFinding({ risk: { cvss: { source: 'nvd', version, vector, score: 5 } } })],
  });
  const condition = (vector: string, rights: string, action: string) =>
    `finding.risk.cvss.attackVector == "${vector}" && finding.risk.cvss.privilegesRequired == "${rights}" && finding.risk.cvss.userInteraction == "${action}"`;
  it.each([
    ['3.1', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 'network', 'none', 'required'],
    ['3.0', 'CVSS:3.0/AV:P/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', 'physical', 'high', 'none'],
    ['2.0', 'AV:A/AC:L/Au:N/C:N/I:N/A:P', 'adjacent', '', ''],
    ['4.0', 'CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 'local', 'low', 'required'],
  ])('CVSS %s', (version, vector, ...said) => {
    expect(holds('vulnerability', condition(...(said as [string, string, string])), cvss(version, vector))).toBe(true);
  });

  it('nobody says', () => {
    expect(holds('vulnerability', condition('', '', ''), { findings: [makeFinding()] })).toBe(true);
  });

  it('days since it is known to be exploited, and until it is due', () => {
    const listed = { findings: [makeFinding({ risk: { kev: { dateAdded: '2026-08-01', dueDate: '2026-08-29' } } })] };
    expect(holds('vulnerability', 'finding.risk.kevDays == 21.0 && finding.risk.kevDueDays == 7.0', listed)).toBe(true);
    expect(holds('vulnerability', 'finding.risk.kevDueDays <= 7.0', listed)).toBe(true);
    expect(holds('vulnerability', 'finding.risk.kevDueDays <= 7.0', { findings: [makeFinding()] })).toBe(false);
  });
});
