import { expect, it } from 'vitest';
import { serve } from '../testing/fake-registry.ts';
import { readSeen } from '../testing/reading.ts';
import type { RegistryOptions } from '../types.ts';

it('a registry elsewhere that speaks no TLS: what it is and what allows it, the same each time', async () => {
  const { host } = await serve((_, response) => void response.end());
  // a name that is not known for this machine
  const at = host.replace('127.0.0.1', 'registry.test');
  const network: RegistryOptions['network'] = {
    kindOf: () => null,
    lookup: (_, options, callback) =>
      options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
  };
  await expect(readSeen(`registry:${at}/app:1`, { registry: { network, retryDelayMs: 1 } })).rejects.toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    message: `cannot reach the registry ${at} for ${at}/app:1: TLS fails: wrong version number; a registry without TLS is allowed by --insecure-registry`,
  });
});
