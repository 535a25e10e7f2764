// Header fields by their lower-case names: what the API and Hono ask of `Headers`, and nothing else.

export class PlainHeaders implements Iterable<[string, string]> {
  readonly #fields = new Map<string, string>();

  constructor(fields: Record<string, string | undefined> = {}) {
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) this.set(name, value);
  }

  get(name: string): string | null {
    return this.#fields.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#fields.set(name.toLowerCase(), value);
  }

  forEach(see: (value: string, name: string) => void): void {
    this.#fields.forEach(see);
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#fields.entries();
  }
}
