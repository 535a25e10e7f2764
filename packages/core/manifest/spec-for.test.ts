import { expect, test } from "vitest";
import { parseManifest, parseRollout } from "./parse.ts";
import type { Manifest } from "./schema.ts";
import { specFor } from "./spec-for.ts";

const bare = parseManifest({ app: "storefront", kind: "server", start: "node app.js" });

test("a bare server gets the defaults of its kind", () => {
  expect(specFor(bare, "prod")).toEqual({
    app: "storefront",
    kind: "server",
    start: "node app.js",
    port: 8080,
    replicas: 1,
    health: {
      path: "/healthz",
      intervalSeconds: 2,
      timeoutSeconds: 2,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 30,
    },
    rollout: {
      strategy: "rolling",
      batch: 1,
      maxSurge: 0,
      maxUnavailable: "100%",
      maxFailures: 0,
      weights: [],
      bakeSeconds: 0,
      drainSeconds: 10,
      deadlineSeconds: 600,
      approval: "none",
      approvalSeconds: 86_400,
      onFailure: "rollback",
      onConflict: "queue",
      alarms: [],
    },
    healing: { maxUnhealthyPercent: 50, maxRepairs: 5, pauseSeconds: 30, watchSeconds: 0, drift: "correct" },
    hooks: { before: [], afterStep: [], after: [] },
    config: {},
    secrets: {},
    onSecretRotation: "none",
    connect: [],
    vm: { keepSeconds: 300 },
    container: { launchType: "FARGATE", capacityProviders: [], placement: "spread", architecture: "x86_64" },
    resources: { cpu: 0.25, memoryMiB: 512 },
    server: { pool: "web", supervisor: "systemd", setup: false },
    function: { handler: "index.handler", runtime: "nodejs24.x", memoryMiB: 128, timeoutSeconds: 5 },
    schedules: [],
    autoDeploy: false,
  });
});

test("a bare function is a canary by 10, 50 and 100 percent", () => {
  const { rollout } = specFor(parseManifest({ app: "thumbs", kind: "function" }), "prod");
  expect(rollout).toMatchObject({ strategy: "canary", weights: [10, 50, 100], maxUnavailable: 0 });
});

const layered = parseManifest({
  app: "storefront",
  kind: "server",
  start: "node app.js",
  replicas: 2,
  health: { path: "/up" },
  rollout: { batch: [1, "50%"], bakeSeconds: 10 },
  config: { GREETING: "Hello", COLOUR: "green" },
  environments: {
    prod: {
      replicas: 3,
      start: "node prod.js",
      health: { intervalSeconds: 0.5 },
      rollout: { batch: [2], approval: "before" },
      config: { GREETING: "Good day" },
    },
  },
});

test("the environment's words go over the app's: blocks by key, lists as a whole", () => {
  expect(specFor(layered, "prod")).toMatchObject({
    replicas: 3,
    start: "node prod.js",
    health: { path: "/up", intervalSeconds: 0.5, timeoutSeconds: 2 },
    rollout: { batch: [2], bakeSeconds: 10, approval: "before" },
    config: { GREETING: "Good day", COLOUR: "green" },
  });
});

test("an environment that the manifest does not name gets the app's words", () => {
  expect(specFor(layered, "stage")).toMatchObject({
    replicas: 2,
    rollout: { batch: [1, "50%"], approval: "none" },
  });
  expect(specFor(layered, "constructor")).toMatchObject({ replicas: 2 });
});

test("the deployment's own rollout has the last word", () => {
  const rollout = parseRollout({ batch: 3, approval: "none" }, "server");
  expect(specFor(layered, "prod", rollout).rollout).toMatchObject({
    batch: 3,
    approval: "none",
    bakeSeconds: 10,
  });
});

test("a spec holds no environments, and making one leaves the manifest and the defaults as they were", () => {
  const copy = structuredClone(layered);
  const spec = specFor(layered, "prod");
  spec.config.GREETING = "changed";
  spec.rollout.bakeSeconds = 99;
  expect(Object.keys(spec)).not.toContain("environments");
  expect(layered).toEqual(copy);
  expect(specFor(bare, "prod").rollout.bakeSeconds).toBe(0);
});

test("virtual machines and containers get one more while rolling, and all more where all at once is asked for", () => {
  const vm: Manifest = { app: "storefront", kind: "vm", start: "node app.js" };
  expect(specFor(vm, "prod").rollout).toMatchObject({ batch: 1, maxSurge: 1, maxUnavailable: 0 });
  expect(specFor({ ...vm, rollout: { strategy: "allAtOnce" } }, "prod").rollout.maxSurge).toBe("100%");
  expect(specFor(vm, "prod", { strategy: "allAtOnce", maxSurge: 2 }).rollout.maxSurge).toBe(2);
  expect(specFor({ app: "web", kind: "container" }, "prod").rollout.batch).toBe("100%");
});

test("a capacity provider without a weight has one, also where the release kept the manifest as it was written", () => {
  const manifest = {
    app: "shop",
    kind: "container",
    container: { capacityProviders: [{ name: "FARGATE_SPOT" }] },
  };
  expect(specFor(manifest as never, "prod").container.capacityProviders).toEqual([
    { name: "FARGATE_SPOT", weight: 1, base: 0 },
  ]);
});

test("a virtual machine whose manifest says cpu or memoryMiB has its type chosen; else it has the one that is named", () => {
  const vm = { app: "shop", kind: "vm", start: "node app.js" } as const;
  const least = (change: object) => specFor({ ...vm, ...change }, "prod").vm.least;
  expect(least({})).toBe(undefined);
  expect(least({ resources: { diskGiB: 20 } })).toBe(undefined);
  expect(least({ resources: { cpu: 2 } })).toEqual({ cpu: 2, memoryMiB: 512 });
  expect(least({ resources: { memoryMiB: 64 }, environments: { prod: { resources: { cpu: 1 } } } })).toEqual({
    cpu: 1,
    memoryMiB: 64,
  });
});

test("who says what a copy needs on a server, or where it may be, has it placed; else there is one copy a host", () => {
  const server = { app: "shop", kind: "server", start: "node app.js" } as const;
  const placing = (change: object) => specFor({ ...server, ...change }, "prod").server.placement;
  expect(placing({})).toBe(undefined);
  expect(placing({ resources: { cpu: 1 } })).toBe("spread");
  expect(placing({ server: { apartFrom: ["orders"] } })).toBe("spread");
  expect(placing({ environments: { prod: { server: { placement: "binpack" } } } })).toBe("binpack");
});
