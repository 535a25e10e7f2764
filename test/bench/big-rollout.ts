// 2,000 simulated replicas by 25 in one execution: the real workflow, engine and store, hosts in memory. The memory is
// that of this whole process, interpreter and database included.
import { setTimeout as sleep } from "node:timers/promises";
import { isEnded } from "#core/domain/deployment.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage } from "#test/support/stage.ts";
import type { Bench } from "./figure.ts";

const REPLICAS = 2_000;
const PATIENCE_MS = 90_000;

export const bigRollout: Bench = {
  name: "big rollout",
  run: async () => {
    const stage = await openStage({ hosts: REPLICAS });
    let peakBytes = 0;
    try {
      const { id } = await stage.submit("v1", {
        spec: aSpec({ replicas: REPLICAS }),
        rollout: { batch: 25 },
      });
      const began = performance.now();
      let deployment = await stage.store.deployments.need(id);
      while (!isEnded(deployment.status) && performance.now() - began < PATIENCE_MS) {
        peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
        await sleep(50);
        deployment = await stage.store.deployments.need(id);
      }
      const seconds = (performance.now() - began) / 1000;
      const executions = deployment.generation;
      const how = `${deployment.status} in ${seconds.toFixed(1)} s, ${stage.transitions(`${id}-1`)} transitions, ${executions} execution`;
      return [
        { what: "2,000 simulated replicas by 25", measured: how, beside: "8 + 3 × 80 = 248 transitions" },
        {
          what: "  memory of the whole process at its peak",
          measured: `${(peakBytes / 1024 ** 2).toFixed(0)} MiB`,
          beside: "256 MB for one function",
        },
      ];
    } finally {
      await stage.close();
    }
  },
};
