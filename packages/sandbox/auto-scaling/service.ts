// Auto Scaling of the sandbox: the one entry of this folder. Handlers say what is wanted, a loop for each group makes it
// so (control.ts).
import * as autoScaling from "@aws-sdk/client-auto-scaling";
import type { InstancePool } from "../ec2/service.ts";
import type { Platform, Service } from "../platform.ts";
import { capacityHandlers } from "./capacity-handlers.ts";
import { createControl } from "./control.ts";
import { createPolicyWatch } from "./follow-policies.ts";
import { groupHandlers } from "./group-handlers.ts";
import { iamAlso, iamResources } from "./permissions.ts";
import { policyHandlers } from "./policy-handlers.ts";
import { processHandlers } from "./process-handlers.ts";
import { openState } from "./state.ts";
import { tagHandlers } from "./tags.ts";
import { trafficHandlers } from "./traffic-handlers.ts";

export function createAutoScaling(platform: Platform, pool: InstancePool): Service {
  const state = openState(platform, pool);
  const control = createControl(state);
  const policyWatch = createPolicyWatch(state, control);
  return {
    name: "autoscaling",
    module: autoScaling,
    Client: autoScaling.AutoScalingClient,
    handlers: {
      ...groupHandlers(state, control),
      ...capacityHandlers(state, control),
      ...processHandlers(state, control),
      ...policyHandlers(state),
      ...trafficHandlers(state),
      ...tagHandlers(state),
    },
    iamResources: iamResources(state),
    iamAlso: iamAlso(state),
    start: async () => {
      control.start();
      policyWatch.start();
    },
    stop: async () => {
      policyWatch.stop();
      control.stop();
      await state.activityFile.save(() => state.activities);
    },
  };
}
