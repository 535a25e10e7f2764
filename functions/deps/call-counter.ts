// Counts the calls that a driver makes to the platform, for a deployment's receipt.

type Client = {
  middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<never>) => (args: never) => Promise<never>,
      options: { step: "initialize"; name: string },
    ): void;
  };
};

/** `taken` answers the calls since it was last asked. Retries of one call are not counted. */
export function callCounter(): { count<T>(client: T): T; taken(): number } {
  let calls = 0;
  return {
    count: (client) => {
      (client as Client).middlewareStack.add(
        (next) => (args) => {
          calls += 1;
          return next(args);
        },
        { step: "initialize", name: "countCalls" },
      );
      return client;
    },
    taken: () => {
      const taken = calls;
      calls = 0;
      return taken;
    },
  };
}
