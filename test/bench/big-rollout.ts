// 2,000 simulated replicas by 25 in one execution: the real workflow and interpreter here, the real engine and store in a process that
// stands for the driver's function, so that its memory is measured alone.
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isEnded } from "#core/domain/deployment.ts";
import type { DriverRequest } from "#core/rollout/messages.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { fastClock } from "#test/support/fast-clock.ts";
import { openStage } from "#test/support/stage.ts";
import type { Answered, Asked } from "./driver-process.ts";
import type { Bench } from "./figure.ts";

const REPLICAS = 2_000;
const PATIENCE_MS = 90_000;
const PROGRAM = fileURLToPath(new URL("./driver-process.ts", import.meta.url));
/** Of 256 MB; the rest is the program, its stacks and buffers. */
const HEAP_MIB = 128;

export const bigRollout: Bench = {
  name: "big rollout",
  run: async () => {
    const beganMs = Date.now();
    let driver: DriverProcess | undefined;
    const stage = await openStage({
      hosts: REPLICAS,
      clock: fastClock(beganMs),
      conduct: (request) => driver!.conduct(request),
    });
    const { hostname, port } = await stage.table.dynamo.config.endpoint!();
    driver = startDriver([`${REPLICAS}`, `http://${hostname}:${port}`, stage.table.table, `${beganMs}`]);
    try {
      const spec = aSpec({ replicas: REPLICAS });
      const { id } = await stage.submit("v1", { spec, rollout: { batch: 25 } });
      const began = performance.now();
      let deployment = await stage.store.deployments.need(id);
      while (!isEnded(deployment.status) && performance.now() - began < PATIENCE_MS) {
        await sleep(50);
        deployment = await stage.store.deployments.need(id);
      }
      const seconds = (performance.now() - began) / 1000;
      const executions = deployment.generation;
      const how = `${deployment.status} in ${seconds.toFixed(1)} s, ${stage.transitions(`${id}-1`)} transitions, ${executions} execution`;
      return [
        { what: "2,000 simulated replicas by 25", measured: how, beside: "8 + 3 × 80 = 248 transitions" },
        {
          what: "  memory of the driver's process at its peak",
          measured: `${(driver.peakBytes() / 1e6).toFixed(0)} MB`,
          beside: "256 MB",
        },
      ];
    } finally {
      driver.stop();
      await stage.close();
    }
  },
};

type DriverProcess = ReturnType<typeof startDriver>;

function startDriver(args: string[]) {
  const child = fork(PROGRAM, args, { execArgv: [`--max-old-space-size=${HEAP_MIB}`] });
  const waiting = new Map<number, (answered: Answered) => void>();
  let [last, peakBytes] = [0, 0];
  child.on("message", (answered: Answered) => {
    peakBytes = answered.peakBytes;
    waiting.get(answered.id)?.(answered);
    waiting.delete(answered.id);
  });
  return {
    peakBytes: () => peakBytes,
    stop: () => void child.kill(),
    conduct: async (request: DriverRequest): Promise<unknown> => {
      const id = ++last;
      const { answer, error } = await new Promise<Answered>((resolve) => {
        waiting.set(id, resolve);
        child.send({ id, request } satisfies Asked);
      });
      if (error !== undefined) throw new Error(error);
      return answer;
    },
  };
}
