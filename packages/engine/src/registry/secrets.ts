/** Shorter ones would make a message unreadable, and hide nothing that cannot be guessed. */
const shortest = 4;

/** What must never be read in a message: passwords and tokens, in every form in which they are sent. */
export class Secrets {
  readonly #known = new Set<string>();

  add(secret: string): void {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), escaped(secret)]) {
      if (form.length >= shortest) {
        this.#known.add(form);
      }
    }
  }

  /** A text that others wrote, such as a registry's error, without them and without what looks like one. */
  redact(text: string): string {
    // the longest first: one may begin another
    const known = [...this.#known].sort((a, b) => b.length - a.length);
    const without = known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    return without
      .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***')
      .replace(/\beyJ[\w-]{8,}(?:\.[\w-]+)*/g, '***')
      .replace(/(https?:\/\/)[^\s/@]*@/gi, '$1***@')
      .replace(/(https?:\/\/[^\s?#"']*)[?#][^\s"']*/gi, '$1?***');
  }
}

/** As JSON has it. */
function escaped(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}
