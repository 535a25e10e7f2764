// One run of a function: everything that it asks of the outside goes through `asking`, where the weather of the day has its say. A call
// takes its time, is lost before or after its effect, is never answered, and the process may die at any of them. One that has died
// does and says nothing any more.
import type { Chance } from "./chance.ts";
import type { SimTime } from "./time.ts";

/** Probabilities of each call. */
export type Weather = {
  /** Fails; half of them after their effect. */
  lost: number;
  /** Is never answered: the process waits until its function's time is up. */
  silent: number;
  /** The process ends in the middle of it. */
  deadly: number;
  /** Takes up to ten seconds. */
  slow: number;
  /** A run goes on after its caller has heard an error and tries again, so that two of them are at work. Nothing else repeats a task of a standard workflow (Step Functions, "Execution guarantees": exactly once, but for its Retry). */
  repeated: number;
};

export const FAIR: Weather = { lost: 0, silent: 0, deadly: 0, slow: 0, repeated: 0 };

export class LostCall extends Error {
  override name = "TimeoutError";
}

export type Process = {
  label: string;
  asking<T>(call: () => Promise<T> | T): Promise<T>;
  /** Rejects when the process has died, with the name that Lambda gives it. */
  died: Promise<never>;
  isDead(): boolean;
  /** Its work is done. */
  end(): void;
};

type ProcessParts = { time: SimTime; chance: Chance; weather: Weather; label: string; lifeMs: number };

export function newProcess({ time, chance, weather, label, lifeMs }: ProcessParts): Process {
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => {});
  let dead = false;
  const die = (name: string) => {
    dead = true;
    reject(Object.assign(new Error(`${label} is no more`), { name }));
  };
  const end = time.after(lifeMs, () => die("Sandbox.Timedout"));
  const never = () => new Promise<never>(() => {});
  const pause = () => time.sleep(chance.hits(weather.slow) ? chance.whole(200, 10_000) : chance.whole(1, 25));
  const fateOf = () => {
    const fate = chance.hits(weather.deadly) ? "dies" : chance.hits(weather.lost) ? "lost" : null;
    return fate === null ? null : (`${fate}${chance.hits(0.5) ? "Before" : "After"}` as const);
  };
  return {
    label,
    died,
    isDead: () => dead,
    end,
    async asking(call) {
      await pause();
      if (dead || chance.hits(weather.silent)) return never();
      const fate = fateOf();
      if (fate === "diesBefore") die("Runtime.ExitError");
      if (fate === "lostBefore") return lostCall();
      if (dead) return never();
      const answer = await call();
      if (fate === "diesAfter") die("Runtime.ExitError");
      if (fate === "lostAfter" && !dead) return lostCall();
      if (!dead) await pause();
      return dead ? never() : answer;
    },
  };
}

function lostCall(): never {
  throw new LostCall("no answer came");
}
