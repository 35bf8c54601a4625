/** Hosts by their names, as references and URLs have them (`localhost:5000`, `[::1]`). */

function withoutPort(host: string): string {
  return host.replace(/:[0-9]+$/, '');
}

/** This machine itself, which nobody can listen in on the way to. */
export function isLoopback(host: string): boolean {
  const name = withoutPort(host)
    .toLowerCase()
    .replace(/^\[|\]$/g, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(name);
}
