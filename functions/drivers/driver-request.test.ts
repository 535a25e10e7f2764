import { expect, test } from "vitest";
import type { DriverRequest } from "#core/rollout/messages.ts";
import { parseDriverRequest } from "./driver-request.ts";

const deployment = { deploymentId: "dep_1", generation: 1 };
const target = { app: "shop", environment: "prod" };

const requests: DriverRequest[] = [
  { verb: "plan", ...deployment },
  { verb: "rollBack", ...deployment, error: { Error: "States.Timeout" } },
  { verb: "giveUp", ...deployment, traceId: "0af7651916cd43dd8448eb211c80319c" },
  { verb: "finish", ...deployment, traceId: null },
  { verb: "check", ...deployment, retry: 1 },
  { verb: "play", ...deployment, shard: 0 },
  { verb: "bake", ...deployment, taskToken: "t" },
  { verb: "inspect", ...target },
  { verb: "preview", ...target, version: "v1", rollout: { batch: 1 } },
  { verb: "heal", ...target, trigger: "schedule" },
  { verb: "retire", ...target },
];

for (const request of requests)
  test(`${request.verb} comes through as it is`, () => {
    expect(parseDriverRequest(request)).toEqual(request);
  });

const wrong: [unknown, RegExp][] = [
  [{ verb: "destroy", ...target }, /^verb: /],
  [{ verb: "plan", deploymentId: "dep_1" }, /^generation: /],
  [{ verb: "plan", deploymentId: "", generation: 1 }, /^deploymentId: /],
  [{ verb: "hold", ...deployment }, /^taskToken: /],
  [{ verb: "heal", ...target, trigger: "cron" }, /^trigger: /],
  [null, /^the event: /],
];

for (const [event, message] of wrong)
  test(`${JSON.stringify(event)} is refused by its path`, () => {
    expect(() => parseDriverRequest(event)).toThrow(message);
  });
