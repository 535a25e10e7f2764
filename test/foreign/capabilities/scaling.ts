// What Application Auto Scaling does for the container driver, asked with the driver's own calls.
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { putPolicy, readPolicy, readTarget, register, serviceScaled } from "#targets/scaling/calls.ts";
import { aService } from "./containers.ts";
import { fresh, type Probes, WORKS } from "./probe.ts";

const scaling = new ApplicationAutoScalingClient({});

export const NO_POLICY = "tells that a service has no policy";

export const APPLICATION_AUTO_SCALING: Probes = {
  [NO_POLICY]: async () => {
    const found = await readPolicy({ scaling }, serviceScaled("main", fresh()));
    return found === null ? WORKS : "finds one";
  },
  "keeps the bounds of a service and what it aims at": async () => {
    const { cluster, service: name } = await aService(0);
    const service = serviceScaled(cluster, name);
    await register({ scaling }, service, { MinCapacity: 2, MaxCapacity: 5 });
    await putPolicy({ scaling }, service, {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    });
    const [target, policy] = await Promise.all([
      readTarget({ scaling }, service),
      readPolicy({ scaling }, service),
    ]);
    const kept = [target?.MinCapacity, target?.MaxCapacity].join();
    const aim = policy?.TargetTrackingScalingPolicyConfiguration?.TargetValue;
    return kept === "2,5" && aim === 60 ? WORKS : `keeps ${kept} and ${aim}`;
  },
};
