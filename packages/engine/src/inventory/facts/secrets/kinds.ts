import { cloudKinds } from './kinds/cloud.ts';
import { fileKinds } from './kinds/files.ts';
import { genericKinds } from './kinds/generic.ts';
import { machineKinds } from './kinds/machines.ts';
import { serviceKinds } from './kinds/services.ts';
import { sourceControlKinds } from './kinds/source-control.ts';
import type { SecretKind } from './secret-kind.ts';

/** Every kind of secret, the special ones before the general: where two find the same, the first counts. */
export const secretKinds: readonly SecretKind[] = [
  ...fileKinds,
  ...cloudKinds,
  ...sourceControlKinds,
  ...serviceKinds,
  ...machineKinds,
  ...genericKinds,
];
