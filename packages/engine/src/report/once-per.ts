/**
 * Remembers what `make` gave for an object for as long as that object is there. `make` is a pure function: several formats
 * of one result ask for the same order, groups and words.
 */
export function oncePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
}
