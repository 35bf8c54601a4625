/**
 * Sets up V8 for what is to be done, as the launcher knows to: before the code that does it is loaded, and not where what was
 * kept is all that is needed. Nothing happens the second time, or where no launcher has started the program.
 */
export function setEngine(): void {
  const key = Symbol.for('plimsoll.setEngine');
  const set: unknown = Reflect.get(globalThis, key);
  if (typeof set === 'function') set();
  Reflect.deleteProperty(globalThis, key);
}
