// Something that few calls need, and that brings a client of the SDK with it: it is read and made when the first of its functions is called,
// so that a cold start has no need of it.

// biome-ignore lint/suspicious/noExplicitAny: whatever its functions take.
type AsyncFunctions<T> = { [K in keyof T]: (...args: any[]) => Promise<any> };

/** `known`: what it says of itself without being made; all the rest must be asynchronous functions. */
export function whenAsked<T extends object, Known extends Partial<T> = Record<never, never>>(
  make: () => Promise<T & AsyncFunctions<Omit<T, keyof Known>>>,
  known: Known = {} as Known,
): T {
  let made: Promise<object> | undefined;
  const call =
    (name: PropertyKey) =>
    async (...args: unknown[]) => {
      made ??= make();
      const whole = await made;
      return Reflect.apply(Reflect.get(whole, name), whole, args);
    };
  return new Proxy(known, {
    // `then` is no function of it: to await the thing itself is not to ask it.
    get: (target, name) => (name in target || name === "then" ? Reflect.get(target, name) : call(name)),
  }) as unknown as T;
}
