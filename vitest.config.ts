// Projects: `unit` beside the source and in the pure test folders (part of `npm run check`), `integration` on the real
// sandbox (part of `npm test`), `slow` and `slow-alone` for proofs that only `.ci/run` waits for, `sst` for those that need the unpacked
// platform of SST (`.ci/run` again), and one for each judge from outside
// (`npm run test:foreign`), where the store's own tests run too.
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";
import { oneTempFolder } from "./test/support/one-temp-folder.ts";

oneTempFolder();

// Beside their source, and yet too long for a check: what hosts run is run by a real shell, all bundles are built, every role
// asks every route.
const integration = [
  "test/{e2e,sandbox,contract,workflows}/**/*.test.ts",
  "packages/targets/server/scripts/*.test.ts",
  "functions/api/{who-may,gates,openapi-held}.test.ts",
  "test/infra/blueprint.test.ts",
];
// The contract's longest chapters would make `npm test` longer than people wait for it.
const slow = [
  "test/slow/**/*.test.ts",
  "test/contract/{container-names,domain,left-behind,server-disks,server-names,server-placement,vm-disks,vm-sizes}.test.ts",
];
// What loads the machine as far as it goes has it to itself.
const alone = ["test/slow/scaling.test.ts"];
const foreign = ["test/foreign/**/*.test.ts"];
const sst = ["test/sst/**/*.test.ts"];

/** What a test waits for it waits for patiently, for a busy machine is no failure: these limits are for what will never come. */
const expectations = { poll: { timeout: 90_000 } };
const patience = { expect: expectations, testTimeout: 300_000, hookTimeout: 300_000 };

/** On two cores: what a test of real processes does most is wait, and the quick ones fill the gaps. */
const maxWorkers = 4;

/** What each file asks IAM for is kept, and held against what it is named for in test/golden/grants.json. */
const GRANTS = "test/support/grants/asked-here.ts";

/** A house of its own, for minutes, on a machine that may be busy: once more before a failure counts. */
const slowly = { ...patience, setupFiles: GRANTS, testTimeout: 900_000, retry: 1 };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["{functions,workflows,packages,web,test}/**/*.test.ts"],
          exclude: [...integration, ...slow, ...foreign, ...sst, "**/node_modules/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
          // What two files import is loaded once: measured on two cores, 23 s for 1,959 tests where a fresh process for each of 199
          // files took 57 s. So a test here leaves no global behind (an environment variable, a fake clock).
          isolate: false,
        },
      },
      {
        test: {
          ...patience,
          name: "integration",
          include: integration,
          exclude: slow,
          setupFiles: GRANTS,
          maxWorkers,
          // Real processes on a machine that may be busy: once more before it counts. A second failure is a failure. Without it, at
          // a load of 15 on two cores, tests whose clock runs fifty times as fast (test/workflows) take a stall for a deadline.
          retry: 1,
        },
      },
      {
        test: {
          ...slowly,
          name: "slow",
          include: slow,
          exclude: alone,
          // They mostly wait: for health checks, pauses, passes of a minute.
          maxWorkers: 3,
        },
      },
      { test: { ...slowly, name: "slow-alone", include: alone, fileParallelism: false } },
      {
        test: {
          ...patience,
          name: "sst",
          include: sst,
          globalSetup: "test/sst/setup.ts",
          maxWorkers: 2,
        },
      },
      ...["moto", "MiniStack"].map((judge) => ({
        test: {
          ...patience,
          name: `foreign-${judge}`,
          include: [...foreign, "packages/store/*.test.ts"],
          globalSetup: "test/foreign/setup.ts",
          setupFiles: "test/foreign/lead.ts",
        },
      })),
    ],
  },
});
