// Measures what a function uses while it works for a deployment: its time, the calls of the clients it counts, and the
// units that DynamoDB reports for the table. A function's environment plays one invocation at a time. What comes after an
// invocation's last write is kept for the deployment's next invocation here, and lost with the environment: some milliseconds.
import { type Meter, NO_USAGE, type Usage, withUsage } from "#core/domain/cost.ts";

type Next = (args: never) => Promise<never>;
type Client = {
  middlewareStack: {
    add(
      middleware: (next: Next, context: { commandName?: string }) => Next,
      options: { step: "initialize"; name: string },
    ): void;
  };
};

export type FunctionMeter = Meter & {
  /** A client of the platform. */
  count<T>(client: T): T;
  /** A client of the table. */
  countUnits<T>(client: T): T;
};

/** Of deployments that this environment may still hear of. */
const MOST_KEPT = 100;

/** Of this function, whose runtime says its memory (Lambda Developer Guide, "Defined runtime environment variables"). */
export function functionMeter(env: NodeJS.ProcessEnv): FunctionMeter {
  return createMeter(Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 128));
}

/** `now`: milliseconds of any clock; `memoryMib`: of the function. */
export function createMeter(memoryMib: number, now: () => number = () => performance.now()): FunctionMeter {
  const left = new Map<string, Usage>();
  let used = NO_USAGE;
  let since: number | null = null;
  const add = (more: Partial<Usage>) => {
    used = withUsage(used, { ...NO_USAGE, ...more });
  };
  const addTime = () => {
    if (since === null) return;
    const lambdaMilliseconds = now() - since;
    since += lambdaMilliseconds;
    add({ lambdaMilliseconds, lambdaGibSeconds: (lambdaMilliseconds / 1000) * (memoryMib / 1024) });
  };
  const invocation = async <T>(before: Usage, work: () => Promise<T>, keep: (unwritten: Usage) => void) => {
    used = withUsage(before, { ...NO_USAGE, lambdaCalls: 1 });
    since = now();
    try {
      return await work();
    } finally {
      addTime();
      since = null;
      keep(used);
      used = NO_USAGE;
    }
  };
  return {
    count: (client) => counting(client, () => add({ sdkCalls: 1 })),
    countUnits: (client) => reporting(client, () => since !== null, add),
    peek: () => {
      addTime();
      return used;
    },
    settle: (written) => {
      used = withUsage(used, negative(written));
    },
    during: (id, work) => {
      const before = left.get(id) ?? NO_USAGE;
      left.delete(id);
      return invocation(before, work, (unwritten) => {
        left.set(id, unwritten);
        if (left.size > MOST_KEPT) left.delete(left.keys().next().value!);
      });
    },
    alone: (work) => invocation(NO_USAGE, work, () => {}),
  };
}

function negative(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).map(([name, value]) => [name, -value])) as Usage;
}

/** Retries of one call lie below this step. */
function counting<T>(client: T, note: () => void): T {
  (client as Client).middlewareStack.add(
    (next) => (args) => {
      note();
      return next(args);
    },
    { step: "initialize", name: "countCalls" },
  );
  return client;
}

type Asked = { input: Record<string, unknown> };
type Reported = { CapacityUnits?: number };
type Answered = { output: { ConsumedCapacity?: Reported | Reported[] } };

const READS = /^(GetItem|BatchGetItem|Query)Command$/;

/** DynamoDB says what a call took where it is asked to (API Reference, ReturnConsumedCapacity); the indexes are in the total. */
function reporting<T>(client: T, isAsked: () => boolean, add: (more: Partial<Usage>) => void): T {
  (client as Client).middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        if (!isAsked()) return next(args);
        const { input } = args as Asked;
        const answer = (await next({
          ...(args as Asked),
          input: { ...input, ReturnConsumedCapacity: "TOTAL" },
        } as never)) as Answered;
        const units = [answer.output.ConsumedCapacity ?? []]
          .flat()
          .reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0);
        add(READS.test(commandName) ? { readUnits: units } : { writeUnits: units });
        return answer as never;
      },
    { step: "initialize", name: "countUnits" },
  );
  return client;
}
