// A client that asks so many times per second, over at most so many connections, and tells what came of it. What a stall of the machine
// let pass is not sent afterwards, so that a busy moment is a dip of the load and never a peak.
import { Agent, request } from "node:http";

const TICK_MS = 5;
const CONNECTIONS = 50;
const TIMEOUT_MS = 10_000;

export type Wave = {
  setRate(requestsPerSecond: number): void;
  told(): { sent: number; failed: number; failures: Record<string, number> };
  /** Resolves when all that was sent has been answered. */
  stop(): Promise<{ sent: number; failed: number; failures: Record<string, number> }>;
};

export function waveAt(url: string, requestsPerSecond: number): Wave {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, scheduling: "lifo" });
  const open = new Set<Promise<void>>();
  const failures: Record<string, number> = {};
  let [rate, sent, failed, due, since] = [requestsPerSecond, 0, 0, 0, performance.now()];
  const ask = async () => {
    const failure = await once(url, agent);
    if (failure === null) return;
    failed += 1;
    failures[failure] = (failures[failure] ?? 0) + 1;
  };
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - since) / 1_000) * rate, CONNECTIONS);
    since = now;
    for (; due >= 1 && open.size < CONNECTIONS; due -= 1) {
      sent += 1;
      const one: Promise<void> = ask().finally(() => open.delete(one));
      open.add(one);
    }
  }, TICK_MS);
  const told = () => ({ sent, failed, failures });
  return {
    told,
    setRate(next) {
      rate = next;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return told();
    },
  };
}

/** `null` where it was answered well, else in a few words why not. */
function once(url: string, agent: Agent): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode === 200 ? null : `status ${answer.statusCode}`));
      answer.once("error", ({ message }) => resolve(message));
    });
    asked.once("timeout", () => asked.destroy(new Error("not answered in time")));
    asked.once("error", ({ message }) => resolve(message));
    asked.end();
  });
}
