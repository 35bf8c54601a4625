import type { Dialect } from './dialect.ts';
import { cdxgen } from './dialects/cdxgen.ts';
import { syft } from './dialects/syft.ts';
import { trivy } from './dialects/trivy.ts';

/** Tools whose own properties are understood. A new one is a file and a line here. */
export const dialects: readonly Dialect[] = [syft, trivy, cdxgen];
