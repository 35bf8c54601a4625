import { childOf, childText, type XmlElement } from '../formats/xml.ts';
import type { OvalPackage } from './oval.ts';

type Tested = Pick<OvalPackage, 'name' | 'fixed' | 'lastAffected' | 'affected'>;

/** What one criterion says. */
export type OvalTerm =
  | { readonly kind: 'package'; readonly package: Tested; readonly arches: readonly string[] }
  /** `SUSE Linux Enterprise Server 15 SP3` */
  | { readonly kind: 'platform'; readonly platform: string }
  | { readonly kind: 'arch'; readonly arch: string }
  | { readonly kind: 'module'; readonly module: string }
  /** says nothing about versions: who signed the package */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

interface State {
  readonly operation: string;
  readonly evr: string;
  readonly arches: readonly string[];
}

interface Test {
  readonly object: string;
  readonly state: string;
}

/** Tests of an OVAL file with the packages and versions that they are about. */
export class OvalTests {
  static readonly elements: ReadonlySet<string> = new Set(['rpminfo_test', 'rpminfo_object', 'rpminfo_state']);

  readonly #tests = new Map<string, Test>();
  readonly #objects = new Map<string, string>();
  readonly #states = new Map<string, State>();

  add(element: XmlElement): void {
    const id = element.attributes.id;
    if (id === undefined) return;
    if (element.name === 'rpminfo_test') {
      const object = childOf(element, 'object')?.attributes.object_ref;
      const state = childOf(element, 'state')?.attributes.state_ref;
      if (object !== undefined && state !== undefined) this.#tests.set(id, { object, state });
    } else if (element.name === 'rpminfo_object') this.#objects.set(id, childText(element, 'name'));
    else this.#states.set(id, stateOf(element));
  }

  termOf({ attributes }: XmlElement): OvalTerm {
    const comment = attributes.comment ?? '';
    const test = this.#tests.get(attributes.test_ref ?? '');
    const state = test && this.#states.get(test.state);
    const name = test && this.#objects.get(test.object);
    if (name && state && (state.operation === 'less than' || state.operation === 'less than or equal')) {
      const fixed = state.operation === 'less than' ? state.evr : null;
      const lastAffected = fixed === null ? state.evr : null;
      return { kind: 'package', package: { name, fixed, lastAffected, affected: true }, arches: state.arches };
    }
    return termOfComment(comment);
  }
}

/** `0:1.2-3` of `<evr datatype="evr_string" operation="less than">0:1.2-3</evr>`, `(aarch64|x86_64)` of `<arch>` */
function stateOf(element: XmlElement): State {
  const evr = childOf(element, 'evr');
  const arches = childText(element, 'arch').replace(/[()^$\s]/g, '');
  return {
    operation: evr?.attributes.operation ?? '',
    evr: evr?.text ?? '',
    arches: arches === '' ? [] : arches.split('|').filter((arch) => /^\w{1,20}$/.test(arch)),
  };
}

function termOfComment(comment: string): OvalTerm {
  const state = /^(\S{1,200}) is (not )?affected$/.exec(comment);
  if (state !== null) {
    const tested = { name: state[1]!, fixed: null, lastAffected: null, affected: state[2] === undefined };
    return { kind: 'package', package: tested, arches: [] };
  }
  // an excerpt may lack the tests that its criteria name
  const earlier = /^(\S{1,200}) is earlier than ((?:\d+:)?[\w.+~^-]{1,200})$/.exec(comment);
  if (earlier !== null) {
    const tested = { name: earlier[1]!, fixed: earlier[2]!, lastAffected: null, affected: true };
    return { kind: 'package', package: tested, arches: [] };
  }
  const module = /^Module (\S{1,100}:\S{1,100}) is enabled$/.exec(comment)?.[1];
  if (module !== undefined) return { kind: 'module', module };
  const arch = / arch is (\w{1,20})$/.exec(comment)?.[1];
  if (arch !== undefined) return { kind: 'arch', arch };
  if (/ is signed with /.test(comment)) return { kind: 'none' };
  const platform = /^(.{1,200}?) is installed$/.exec(comment)?.[1];
  return platform === undefined ? { kind: 'unknown', reason: comment } : { kind: 'platform', platform };
}
