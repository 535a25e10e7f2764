// What a deployment has used, for its receipt: counted where it is used, and written with whatever is written anyway.

/** What functions use while they work for a deployment. */
export type Usage = {
  /** Calls to the platform; retries of one call are not counted. */
  sdkCalls: number;
  lambdaCalls: number;
  lambdaMilliseconds: number;
  /** The same time, times the memory of the function that took it. */
  lambdaGibSeconds: number;
  /** Of DynamoDB, as it reports them. */
  readUnits: number;
  writeUnits: number;
};

export type Cost = Usage & {
  stateTransitions: number;
  /** Changes of the deployment. */
  writes: number;
};

/** What was used where the function that writes has no meter. */
export type Elsewhere = Usage & Pick<Cost, "stateTransitions">;

export const NO_USAGE: Usage = {
  sdkCalls: 0,
  lambdaCalls: 0,
  lambdaMilliseconds: 0,
  lambdaGibSeconds: 0,
  readUnits: 0,
  writeUnits: 0,
};

export const NO_COST: Cost = { stateTransitions: 0, writes: 0, ...NO_USAGE };

/** What `usage` says on top of `to`, which may be a whole cost. */
export function withUsage<C extends Usage>(to: C, usage: Usage): C {
  const sums = Object.keys(NO_USAGE).map((key) => {
    const name = key as keyof Usage;
    return [name, round(to[name] + usage[name])];
  });
  return { ...to, ...(Object.fromEntries(sums) as Usage) };
}

/** Units come in halves, GiB seconds in small fractions: sums without the noise of floating point. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** What a function has used since it was last written down. */
export type Meter = {
  peek(): Usage;
  /** So much of it stands in the table now. */
  settle(used: Usage): void;
  /** One invocation, for the deployment or train of this id; what it leaves unwritten waits for its next one. */
  during<T>(id: string, work: () => Promise<T>): Promise<T>;
  /** One invocation that asks for something: what it has used stands in what it writes first, and what comes after is nobody's. */
  alone<T>(work: () => Promise<T>): Promise<T>;
};
