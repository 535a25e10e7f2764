import { keptDriver } from "#targets/fake/kept-driver.ts";
import { keptWorld } from "#targets/fake/kept-world.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { aTarget } from "./a-target.ts";
import { driverContract, type Harness, type Nature } from "./driver.ts";

const BEHAVIOURS = {
  good: "good",
  unhealthy: "unhealthy",
  crashing: "crashes",
  otherDigest: "badArtifact",
  noArchive: "badArtifact",
} as const;

const REASONS = {
  unhealthy: /^copy-\d+: GET \/healthz answered 500$/,
  crashing: /^copy-\d+: the process ended with exit code 1$/,
  otherDigest: /SHA-256/,
  noArchive: /artifact/,
};

for (const strategy of ["rolling", "blueGreen", "allAtOnce"] as const)
  driverContract(
    `fake ${strategy}`,
    async () => {
      const world = keptWorld({ looksToHealthy: 2 });
      const rollout = aRollout({ strategy, maxSurge: 1, maxUnavailable: 0, weights: [10, 100] });
      const { target, releases } = aTarget(aSpec({ kind: "vm", rollout }), fakeClock());
      const makeRelease = async (version: string, nature: Nature) => {
        world.behaviours[version] = BEHAVIOURS[nature];
        releases.add(version, {});
      };
      const harness: Harness = { driver: keptDriver(world), target, makeRelease, close: async () => {} };
      return harness;
    },
    REASONS,
    // Nobody wrote down when a copy in memory started.
    { restarts: false },
  );
