import { dirname, join } from 'node:path';
import { packNames } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import type { ForeignTool, GivenWords } from './foreign-tool.ts';
import { imageReference, registryHost } from './image-reference.ts';
import { isOn, lastValue, onlyImage } from './parse-words.ts';

const notUsed = 'not used: the image is judged here, and nothing is sent';

/** The scanner of Sysdig Secure's pipelines, in its mode for images. @see https://docs.sysdig.com/en/sysdig-secure/cli-scanner-vm-mode/ */
export const sysdigCliScanner: ForeignTool = {
  name: 'sysdig-cli-scanner',
  usage: '[OPTIONS] IMAGE',
  about: 'scans an image of an engine, an archive (file://) or a registry, and fails when it does not hold the policy',
  options: [
    { names: ['--apiurl', '-a'], takes: 'URL', here: notUsed },
    {
      names: ['--policy'],
      takes: 'NAME',
      here: 'pack by its name or title ("Sysdig Best Practices", "NIST 800-190"), or policy file; repeatable (default: sysdig-best-practices)',
    },
    { names: ['--output'], takes: 'json-file=FILE', here: 'the result as JSON, in the form of Plimsoll; repeatable' },
    { names: ['--output-json'], takes: 'FILE', here: 'the same' },
    { names: ['--json-scan-result'], takes: 'FILE', here: 'the same' },
    { names: ['--console-log'], here: 'always so: messages go to standard error' },
    { names: ['--logfile', '-o'], takes: 'FILE', here: 'messages are added to this file as well' },
    { names: ['--dbpath', '-d'], takes: 'DIR', here: 'advisories are kept in the folder plimsoll-advisories of it' },
    { names: ['--cachepath', '-p'], takes: 'DIR', here: 'layer analyses are kept in the folder plimsoll-layers of it' },
    { names: ['--no-cache'], here: 'neither read nor write layer analyses' },
    { names: ['--clearcache', '-c'], here: 'the same' },
    { names: ['--skip-get-database'], here: 'do not bring advisories up to date' },
    { names: ['--standalone', '-n'], here: 'always so' },
    { names: ['--skipupload', '-u'], here: 'always so' },
    { names: ['--offline-analyzer'], here: 'always so' },
    { names: ['--full-vulns-table'], here: 'always so' },
    { names: ['--detailed-policies-eval'], here: 'always so' },
    { names: ['--separate-by-layer'], here: 'always so: every finding names its layer' },
    { names: ['--separate-by-image'], here: 'not used: see --base of plimsoll scan' },
    { names: ['--loglevel', '-l'], takes: 'LEVEL', here: 'not used' },
    { names: ['--apitimeout', '-t'], takes: 'SECONDS', here: notUsed },
    { names: ['--skiptlsverify', '-s'], here: notUsed },
    { names: ['--override-pullstring'], takes: 'NAME', here: notUsed },
    { names: ['--iac'], here: 'refused (exit 2): infrastructure as code is not scanned' },
  ],
  variables: [
    ['SECURE_API_TOKEN', notUsed],
    ['REGISTRY_USER', 'login at the registry of the image, and at no other, together with'],
    ['REGISTRY_PASSWORD', 'its password'],
  ],
  exits: { 1: 1, 4: 1, 5: 1, 2: 2, 3: 3, usage: 2 },
  async translate(given, env) {
    if (isOn(given, '--iac')) throw new UsageError('--iac: infrastructure as code is not scanned');
    const image = onlyImage(given);
    const files = resultFiles(given);
    const policies = (given.values.get('--policy') ?? []).filter((name) => name !== '').map(policyName);
    const [db, cache, logFile] = ['--dbpath', '--cachepath', '--logfile'].map((name) => lastValue(given, name));
    const unused = ['--apiurl', '--skiptlsverify', '--override-pullstring'].filter((name) => given.values.has(name));
    if (env.SECURE_API_TOKEN) unused.push('SECURE_API_TOKEN');
    return {
      reference: imageReference(image, ''),
      fixed: {
        ...(policies.length > 0 && { policy: [...new Set(policies)] }),
        ...((isOn(given, '--no-cache') || isOn(given, '--clearcache')) && { cache: false }),
        ...(isOn(given, '--skip-get-database') && { update: false }),
      },
      usual: {
        policy: ['sysdig-best-practices'],
        ...(db !== undefined && { dbDir: join(db.endsWith('.db') ? dirname(db) : db, 'plimsoll-advisories') }),
        ...(cache !== undefined && { cacheDir: join(cache, 'plimsoll-layers') }),
      },
      environment: registryLogin(image, env),
      reports: ['table', ...[...new Set(files)].map((file) => `json=${file}`)],
      ...(logFile !== undefined && { logFile }),
      notes: unused.length === 0 ? [] : [`${unused.join(', ')}: ${notUsed}`],
    };
  },
};

function resultFiles(given: GivenWords): readonly string[] {
  const files = ['--output-json', '--json-scan-result'].flatMap((name) => given.values.get(name) ?? []);
  for (const output of given.values.get('--output') ?? []) {
    const [, file] = /^json-file=(.*)$/s.exec(output) ?? [];
    if (file === undefined)
      throw new UsageError('--output is no json-file=FILE, which is the one form that is written');
    files.push(file);
  }
  if (files.includes('')) throw new UsageError('the file for the result is an empty word');
  return files;
}

/** `Sysdig Best Practices` is the pack `sysdig-best-practices`; anything else stays, and is a file or refused. */
function policyName(given: string): string {
  const name = given
    .toLowerCase()
    .replace(/\.0$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-');
  return packNames.includes(name) ? name : given;
}

/** As the tool has it, but told only to the registry that the image names. */
function registryLogin(image: string, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const { REGISTRY_USER: user, REGISTRY_PASSWORD: password, PLIMSOLL_REGISTRY_HOST: ours } = env;
  if (!user || !password || ours) return {};
  return {
    PLIMSOLL_REGISTRY_HOST: registryHost(image),
    PLIMSOLL_REGISTRY_USERNAME: user,
    PLIMSOLL_REGISTRY_PASSWORD: password,
  };
}
