/** The types of the expression language: CEL's, without null. What is not known has a sibling field that says so. */
export type CelType =
  | { readonly kind: 'bool' }
  | { readonly kind: 'int' }
  | { readonly kind: 'double' }
  /** `values`: the only ones that occur, so that a comparison with another is a typing error of its author */
  | { readonly kind: 'string'; readonly values?: readonly string[] }
  | { readonly kind: 'list'; readonly of: CelType }
  /** keys are strings */
  | { readonly kind: 'map'; readonly of: CelType }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, CelType>> }
  /** element of an empty list; of what has already been reported as wrong */
  | { readonly kind: 'any' };

export const bool: CelType = { kind: 'bool' };
export const int: CelType = { kind: 'int' };
export const double: CelType = { kind: 'double' };
export const string: CelType = { kind: 'string' };
export const any: CelType = { kind: 'any' };

export function list(of: CelType): CelType {
  return { kind: 'list', of };
}

export function map(of: CelType): CelType {
  return { kind: 'map', of };
}

export function oneOf(values: readonly string[]): CelType {
  return { kind: 'string', values };
}

export function object(fields: Readonly<Record<string, CelType>>): CelType {
  return { kind: 'object', fields };
}

export function isNumber(type: CelType): boolean {
  return type.kind === 'int' || type.kind === 'double' || type.kind === 'any';
}

/** As people read it: `list of string`. */
export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list of ${typeName(type.of)}`;
    case 'map':
      return `map of ${typeName(type.of)}`;
    default:
      return type.kind;
  }
}

/** The type that holds both, or undefined: int and double give double. */
export function unify(a: CelType, b: CelType): CelType | undefined {
  if (a.kind === 'any') return b;
  if (b.kind === 'any') return a;
  if (a.kind === 'list' && b.kind === 'list') {
    const of = unify(a.of, b.of);
    return of && list(of);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const of = unify(a.of, b.of);
    return of && map(of);
  }
  if (isNumber(a) && isNumber(b)) return a.kind === b.kind ? a : double;
  if (a.kind === 'string' && b.kind === 'string') return a.values === b.values ? a : string;
  return a.kind === b.kind && a.kind !== 'object' ? a : undefined;
}
