// From starting the process of `npm start` to the lines that say it is ready, and its memory with no app running.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startHouse } from "#test/support/house.ts";
import { type Bench, median } from "./figure.ts";

const TURNS = 3;
const SETTLE_MS = 2_000;

export const startUp: Bench = {
  name: "start-up",
  run: async () => {
    const [seconds, memory] = [[] as number[], [] as number[]];
    for (let turn = 1; turn <= TURNS; turn++) {
      const began = performance.now();
      const house = await startHouse();
      seconds.push((performance.now() - began) / 1000);
      await sleep(SETTLE_MS);
      memory.push(residentMiB(house.pid));
      await house.clear();
    }
    return [
      { what: "process start to ready, warm", measured: `${median(seconds).toFixed(2)} s`, beside: "2 s" },
      { what: "memory with no app running", measured: `${median(memory).toFixed(0)} MiB`, beside: "300 MB" },
    ];
  },
};

/** Of the house's own process; NaN where there is no /proc. */
function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
