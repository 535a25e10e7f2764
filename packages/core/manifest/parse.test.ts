import { expect, test } from "vitest";
import { TuttiError } from "../errors.ts";
import { parseManifest, parseRollout } from "./parse.ts";

const SERVER = { app: "storefront", kind: "server", start: "node app.js" };
const FUNCTION = { app: "thumbs", kind: "function" };

function refusal(attempt: () => unknown): TuttiError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof TuttiError) return error;
    throw error;
  }
  throw new Error("It was accepted.");
}

/** The problems as `path: message`. */
function problems(document: unknown): string[] {
  return refusal(() => parseManifest(document)).errors.map((one) => `${one.path}: ${one.message}`);
}

test("a whole manifest of a server is accepted as it stands", () => {
  const document = {
    ...SERVER,
    port: 8080,
    replicas: 3,
    health: {
      path: "/healthz",
      intervalSeconds: 0.5,
      timeoutSeconds: 2,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 30,
    },
    rollout: {
      strategy: "rolling",
      batch: [1, "20%", "50%"],
      maxSurge: 0,
      maxUnavailable: "50%",
      maxFailures: "30%",
      bakeSeconds: 10,
      drainSeconds: 10,
      deadlineSeconds: 600,
      approval: "none",
      onFailure: "rollback",
      onConflict: "queue",
    },
    config: { GREETING: "Hello, World!", PASSWORD: "hunter2" },
    server: { pool: "web", supervisor: "pm2" },
    autoDeploy: true,
    environments: { dev: { replicas: 1 }, prod: { replicas: 3, rollout: { approval: "before" } } },
  };
  expect(parseManifest(document)).toEqual(document);
});

test("a whole manifest of a function is accepted, replicas and port too", () => {
  const document = {
    ...FUNCTION,
    replicas: 2,
    port: 8080,
    rollout: { strategy: "canary", weights: [10, 50, 100], maxFailures: "30%" },
    function: { handler: "src/index.handler", runtime: "nodejs24.x", memoryMiB: 128, timeoutSeconds: 5 },
  };
  expect(parseManifest(document)).toEqual(document);
});

test.each([
  ["../etc", "an app name that climbs"],
  ["Storefront", "capitals"],
  ["-shop", "a hyphen first"],
  ["shop-", "a hyphen last"],
  ["s", "one letter"],
  ["a".repeat(41), "too long"],
])("the app name %j is refused: %s", (app) => {
  expect(problems({ ...SERVER, app })).toEqual([
    "app: must be 2 to 40 lower-case letters, digits or hyphens, from a letter to a letter or digit",
  ]);
});

const SHAPES: [path: string, message: string, change: object][] = [
  ["replicas", 'must be a number, not "three"', { replicas: "three" }],
  ["replicas", "must be at least 1, not 0", { replicas: 0 }],
  ["replicas", "must be a whole number, not 1.5", { replicas: 1.5 }],
  ["replicas", "is empty: leave the key out, or give a number", { replicas: null }],
  ["port", "must be at least 1024: the app runs as an ordinary user", { port: 80 }],
  ["port", "must be at most 65535, not 65536", { port: 65_536 }],
  ["start", "must be one line, and not empty", { start: "node app.js\nrm -rf /" }],
  ["start", "must be a text, not 5", { start: 5 }],
  ["health.path", "must begin with / and hold no blanks or quotes", { health: { path: "healthz" } }],
  ["health.path", "must begin with / and hold no blanks or quotes", { health: { path: "/a$(reboot)" } }],
  ["health.timeoutSeconds", "must be at most 60, not 61", { health: { timeoutSeconds: 61 } }],
  ["health.healthyThreshold", "must be at least 1, not 0", { health: { healthyThreshold: 0 } }],
  ["rollout.batch", '"150%" is over 100%', { rollout: { batch: "150%" } }],
  ["rollout.batch.1", '"150%" is over 100%', { rollout: { batch: [1, "150%"] } }],
  ["rollout.batch", "must be at least 1, not 0", { rollout: { batch: 0 } }],
  ["rollout.batch", 'must be more than 0%, not "0%"', { rollout: { batch: "0%" } }],
  ["rollout.batch", "must be at least 1, not -1", { rollout: { batch: -1 } }],
  [
    "rollout.batch",
    'must be a whole number from 1 up, or a percentage such as "25%", not "2"',
    { rollout: { batch: "2" } },
  ],
  [
    "rollout.batch",
    'must be a whole number, a percentage such as "25%", or a list of them, not {}',
    { rollout: { batch: {} } },
  ],
  ["rollout.batch", "must have at least one entry", { rollout: { batch: [] } }],
  [
    "rollout.maxFailures",
    'must be a whole number from 0 up, or a percentage such as "25%", not "some"',
    { rollout: { maxFailures: "some" } },
  ],
  ["rollout.maxFailures", "must be at least 0, not -1", { rollout: { maxFailures: -1 } }],
  ["rollout.maxUnavailable", '"100.5%" is over 100%', { rollout: { maxUnavailable: "100.5%" } }],
  [
    "rollout.approval",
    'must be one of none, before, eachStep, not "always"',
    { rollout: { approval: "always" } },
  ],
  [
    "rollout.strategy",
    'must be one of rolling, canary, blueGreen, allAtOnce, not "yolo"',
    { rollout: { strategy: "yolo" } },
  ],
  [
    "rollout.deadlineSeconds",
    "deadlineSeconds 2 is too short: 2 good checks 2 s apart take 2 s",
    { rollout: { deadlineSeconds: 2 } },
  ],
  ["config.DEBUG", 'must be a string: write "true" with quotes', { config: { DEBUG: true } }],
  ["config.LIMIT", 'must be a string: write "5" with quotes', { config: { LIMIT: 5 } }],
  [
    "config.limit",
    "must be capital letters, digits and underscores, not beginning with a digit",
    { config: { limit: "5" } },
  ],
  ["config.PORT", "is set by Tutti: choose another name", { config: { PORT: "5" } }],
  ["config.TUTTI_X", "is set by Tutti: choose another name", { config: { TUTTI_X: "5" } }],
  ["server.supervisor", 'must be one of systemd, pm2, not "cron"', { server: { supervisor: "cron" } }],
  [
    "environments.Prod",
    "must be at most 30 lower-case letters, digits or hyphens, from a letter to a letter or digit",
    { environments: { Prod: {} } },
  ],
  [
    "environments.prod.rollout.batch",
    '"150%" is over 100%',
    { environments: { prod: { rollout: { batch: "150%" } } } },
  ],
  [
    "environments.prod.config.HOST",
    "is set by Tutti: choose another name",
    { environments: { prod: { config: { HOST: "" } } } },
  ],
  [
    "environments.prod.health.intervalSeconds",
    "deadlineSeconds 600 is too short: 10 good checks 90 s apart take 810 s",
    { health: { healthyThreshold: 10 }, environments: { prod: { health: { intervalSeconds: 90 } } } },
  ],
];

test.each(SHAPES)("%s: %s", (path, message, change) => {
  const error = refusal(() => parseManifest({ ...SERVER, ...change }));
  expect(error).toMatchObject({
    code: "invalid_input",
    errors: [{ path, message }],
    message: `${path}: ${message}`,
  });
});

test.each([
  [{ replica: 3 }, "replica: is not a known key; did you mean replicas?"],
  [{ rollout: { bacth: 1 } }, "rollout.bacth: is not a known key; did you mean batch?"],
  [{ rollout: { max_failures: 1 } }, "rollout.max_failures: is not a known key; did you mean maxFailures?"],
  [
    { health: { url: "/" } },
    "health.url: is not a known key; known here: path, intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold, graceSeconds",
  ],
  [
    { server: { nginx: 1 } },
    "server.nginx: is not a known key; known here: pool, supervisor, setup, placement, labels, apartFrom",
  ],
  [
    { environments: { prod: { replcas: 1 } } },
    "environments.prod.replcas: is not a known key; did you mean replicas?",
  ],
  [
    { environments: { prod: { health: { grace: 1 } } } },
    "environments.prod.health.grace: is not a known key; known here: path, intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold, graceSeconds",
  ],
])("an unknown key is named with the nearest known one: %j", (change, problem) => {
  expect(problems({ ...SERVER, ...change })).toEqual([problem]);
});

test("an environment cannot change the app's name or kind", () => {
  const found = problems({ ...SERVER, environments: { prod: { kind: "function", app: "other" } } });
  expect(found.map((one) => one.split(":")[0])).toEqual(["environments.prod.kind", "environments.prod.app"]);
});

test.each([
  [null, "must be a block of keys, not null"],
  ["app: x", 'must be a block of keys, not "app: x"'],
  [[], "must be a block of keys, not []"],
])("%j is no manifest", (document, message) => {
  expect(refusal(() => parseManifest(document))).toMatchObject({
    errors: [{ path: "", message }],
    message: `The manifest ${message}`,
  });
});

test("what is required and missing is named", () => {
  expect(problems({})).toEqual([
    "app: is required: a text",
    "kind: is required: one of server, vm, container, function",
  ]);
  expect(problems({ app: "storefront", kind: "server" })).toEqual([
    "start: is required for kind server: the command line that runs the app",
  ]);
});

test("all problems are told at once", () => {
  const document = {
    ...SERVER,
    replica: 3,
    port: 80,
    environments: { prod: { rollout: { batch: "150%" } } },
  };
  expect(problems(document).map((one) => one.split(":")[0])).toEqual([
    "port",
    "environments.prod.rollout.batch",
    "replica",
  ]);
});

const KINDS: [document: object, problem: string][] = [
  [
    { ...SERVER, rollout: { strategy: "canary" } },
    'rollout.strategy: "canary" is not for kind server: kinds container, function can; server takes rolling or allAtOnce',
  ],
  [
    { ...SERVER, rollout: { strategy: "blueGreen" } },
    'rollout.strategy: "blueGreen" is not for kind server: kinds vm, container can; server takes rolling or allAtOnce',
  ],
  [
    { ...SERVER, rollout: { maxSurge: 1 } },
    "rollout.maxSurge: must be 0: servers are updated in place, kinds vm, container can have more copies; not 1",
  ],
  [
    { ...SERVER, rollout: { maxUnavailable: 0 } },
    "rollout.maxUnavailable: must be at least 1: servers are updated in place, kinds vm, container can keep all copies",
  ],
  [
    { ...SERVER, rollout: { weights: [10, 100] } },
    "rollout.weights: is not for kind server: kinds vm, container, function can",
  ],
  [{ ...SERVER, function: {} }, "function: is not for kind server: only kind function can"],
  [{ ...FUNCTION, start: "node app.js" }, "start: is not for kind function: kinds server, vm can"],
  [{ ...FUNCTION, server: {} }, "server: is not for kind function: only kind server can"],
  [
    { ...FUNCTION, rollout: { strategy: "rolling" } },
    'rollout.strategy: "rolling" is not for kind function: kinds server, vm, container can; function takes canary or allAtOnce',
  ],
  [
    { ...FUNCTION, rollout: { batch: 1 } },
    "rollout.batch: is not for kind function: kinds server, vm, container can",
  ],
  [
    { ...FUNCTION, rollout: { maxFailures: 1 } },
    "rollout.maxFailures: must be 0: a function's new version is one replica, kinds server, vm, container have many; not 1",
  ],
  [
    { ...SERVER, environments: { prod: { rollout: { maxSurge: "50%" } } } },
    'environments.prod.rollout.maxSurge: must be 0: servers are updated in place, kinds vm, container can have more copies; not "50%"',
  ],
];

test.each(KINDS)("what a kind cannot do is refused, naming the kinds that can: %j", (document, problem) => {
  expect(problems(document)).toEqual([problem]);
  expect(refusal(() => parseManifest(document)).code).toBe("not_supported_by_kind");
});

test("weights must rise and end at 100", () => {
  for (const weights of [
    [10, 10, 100],
    [50, 20, 100],
    [10, 50],
  ]) {
    expect(problems({ ...FUNCTION, rollout: { weights } })).toEqual([
      `rollout.weights: must rise and end at 100, not ${JSON.stringify(weights)}`,
    ]);
  }
});

test("names that Lambda keeps for itself, and more than it takes, are refused on a function only", () => {
  const config = { AWS_REGION: "eu-west-1", TEXT: "x".repeat(4000) };
  expect(problems({ ...FUNCTION, config })).toEqual([
    "config.AWS_REGION: is set by Lambda: choose another name",
    "config: is 4023 bytes; on a function it must be at most 3584",
  ]);
  expect(parseManifest({ ...SERVER, config }).config).toEqual(config);
});

test("secrets are references, never the secret itself, which no message repeats", () => {
  const secrets = { DB_PASSWORD: "secretsmanager:storefront/db#password", TOKEN: "ssm:/storefront/token" };
  for (const app of [SERVER, FUNCTION])
    expect(parseManifest({ ...app, secrets })).toEqual({ ...app, secrets });
  expect(problems({ ...SERVER, secrets: { DB: "hunter2", PIN: 1234, db: "ssm:/db" } })).toEqual([
    "secrets.DB: must be a reference, secretsmanager:name, secretsmanager:name#key or ssm:/path, never the secret itself",
    "secrets.PIN: must be a reference, secretsmanager:name, secretsmanager:name#key or ssm:/path, never the secret itself",
    "secrets.db: must be capital letters, digits and underscores, not beginning with a digit",
  ]);
});

test("a rotation restarts what can be restarted: not a function", () => {
  const rotating = { secrets: { DB: "ssm:/db" }, onSecretRotation: "redeploy" };
  for (const app of [SERVER, VM, CONTAINER])
    expect(parseManifest({ ...app, ...rotating })).toEqual({ ...app, ...rotating });
  expect(problems({ ...FUNCTION, ...rotating })).toEqual([
    "onSecretRotation: is not for kind function: kinds server, vm, container can",
  ]);
});

test("one variable has one source: a secret, the config, what it connects to, or the platform", () => {
  const secrets = { GREETING: "ssm:/g", ORDERS_URL: "ssm:/o", PORT: "ssm:/p", AWS_REGION: "ssm:/r" };
  const app = { ...FUNCTION, config: { GREETING: "hi" }, connect: ["orders"], secrets };
  expect(problems(app)).toEqual([
    "secrets.PORT: is set by Tutti: choose another name",
    "secrets.AWS_REGION: is set by Lambda: choose another name",
    "secrets.GREETING: is in config too: leave one of them out",
    "secrets.ORDERS_URL: is where connect puts the address of orders",
  ]);
  expect(problems({ ...FUNCTION, secrets: { DB: "ssm:/db" }, function: { runtime: "python3.13" } })).toEqual([
    "function.runtime: must be a nodejs runtime where there are secrets, not python3.13: what reads them runs in front of the handler",
  ]);
});

test("alarms are at most ten names, each once, on every kind", () => {
  const guarded = {
    rollout: { alarms: ["Shop 5xx (prod)"] },
    environments: { dev: { rollout: { alarms: [] } } },
  };
  for (const app of [SERVER, FUNCTION, VM, CONTAINER])
    expect(parseManifest({ ...app, ...guarded })).toEqual({ ...app, ...guarded });
  const refused = (alarms: unknown) => problems({ ...SERVER, rollout: { alarms } });
  expect(refused(["a", "b", "a"])).toEqual(["rollout.alarms: must name each alarm once, not a twice"]);
  expect(refused(Array.from({ length: 11 }, (_, n) => `a${n}`))).toEqual([
    "rollout.alarms: must be at most 10 alarms",
  ]);
  expect(refused([""])).toEqual([
    "rollout.alarms.0: must be the name of an alarm: 1 to 255 characters, on one line",
  ]);
  expect(refused("errors")).toEqual(['rollout.alarms: must be a list, not "errors"']);
});

const VM = { app: "storefront", kind: "vm", start: "node app.js" };
const CONTAINER = { app: "storefront", kind: "container" };

test("virtual machines and containers say what only they have", () => {
  const vm = {
    ...VM,
    build: { run: "scripts/install.sh" },
    vm: { instanceType: "t4g.small", keepSeconds: 0 },
    rollout: { strategy: "blueGreen", maxSurge: 1, maxUnavailable: 0, weights: [10, 100] },
  };
  const container = {
    ...CONTAINER,
    resources: { cpu: 0.5, memoryMiB: 1024 },
    container: { capacityProviders: [{ name: "FARGATE_SPOT", weight: 2, base: 0 }] },
    rollout: { strategy: "canary", approval: "eachStep" },
  };
  expect(parseManifest(vm)).toEqual(vm);
  expect(parseManifest(container)).toEqual(container);
});

test("a virtual machine says what a copy needs, or which type it is, and not both", () => {
  const sized = { ...VM, resources: { cpu: 2, memoryMiB: 3000, diskGiB: 20 } };
  expect(parseManifest(sized)).toEqual(sized);
  const named = { ...VM, vm: { instanceType: "t4g.small" }, resources: { diskGiB: 20 } };
  expect(parseManifest(named)).toEqual(named);
  expect(problems({ ...sized, environments: { prod: { vm: { instanceType: "t4g.small" } } } })).toEqual([
    "environments.prod.vm.instanceType: is t4g.small, and resources.cpu and resources.memoryMiB choose a type: leave one of them out",
  ]);
});

test("a server says what a copy needs and where it may be; a container's disk is what Fargate sells", () => {
  const placed = {
    ...SERVER,
    resources: { cpu: 0.25, memoryMiB: 128, diskGiB: 1 },
    server: { placement: "binpack", labels: { disk: "ssd" }, apartFrom: ["orders"] },
  };
  expect(parseManifest(placed)).toEqual(placed);
  expect(problems({ ...CONTAINER, resources: { diskGiB: 1 } })).toEqual([
    "resources.diskGiB: must be 21 to 200 on a container, not 1",
  ]);
});

test("what a virtual machine or a container cannot do is refused, naming the kinds that can", () => {
  expect(problems({ ...VM, rollout: { strategy: "canary" } })).toEqual([
    'rollout.strategy: "canary" is not for kind vm: kinds container, function can; vm takes rolling or blueGreen or allAtOnce',
  ]);
  expect(problems({ ...CONTAINER, start: "node app.js", build: { run: "install.sh" } })).toEqual([
    "start: is not for kind container: kinds server, vm can",
    "build: is not for kind container: only kind vm can",
  ]);
});

test("a virtual machine needs its command line, and a script inside its artifact", () => {
  const { start: _none, ...bare } = VM;
  expect(problems(bare)).toEqual(["start: is required for kind vm: the command line that runs the app"]);
  expect(problems({ ...VM, build: { run: "../install.sh" } })).toEqual([
    "build.run: must be the path of a script inside the artifact, such as install.sh",
  ]);
});

test("with no copy more and none less nothing could ever be replaced", () => {
  const rollout = { maxSurge: 0, maxUnavailable: "10%" };
  for (const kind of [VM, CONTAINER])
    expect(problems({ ...kind, rollout })).toEqual([
      "rollout.maxSurge: is 0, and so is maxUnavailable: no copy could ever be replaced",
    ]);
});

test("a rolling container has no steps to approve one by one, and Fargate no hosts to pack", () => {
  expect(problems({ ...CONTAINER, rollout: { approval: "eachStep" } })).toEqual([
    "rollout.approval: eachStep needs strategy canary or blueGreen: ECS moves tasks without batches, so rolling is one step",
  ]);
  expect(problems({ ...CONTAINER, container: { placement: "binpack" } })).toEqual([
    "container.placement: binpack needs launchType EC2: on Fargate there are no hosts to pack",
  ]);
});

test("a wrong word among what the kind cannot do is the first to be told", () => {
  const error = refusal(() => parseManifest({ ...VM, function: {}, replicas: 0 }));
  expect(error).toMatchObject({ code: "invalid_input", message: "replicas: must be at least 1, not 0" });
  expect(error.errors).toHaveLength(2);
});
test("a document cannot reach the prototype of objects", () => {
  const hostile = JSON.parse(
    '{"app":"shop","kind":"server","start":"x","environments":{"__proto__":{"replicas":9}}}',
  );
  parseManifest(hostile);
  expect(({} as { replicas?: number }).replicas).toBeUndefined();
});

test("a hopelessly wrong document gets a bounded answer", () => {
  const document = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index) => [`k${index}`.padEnd(200, "x"), 1]),
  );
  const { errors } = refusal(() => parseManifest({ ...SERVER, ...document }));
  expect(errors).toHaveLength(50);
  expect(errors.every((one) => one.path.length <= 80)).toBe(true);
});

test("a deployment's own rollout is checked in the same words, under rollout", () => {
  expect(parseRollout({ batch: "50%", bakeSeconds: 5, alarms: ["5xx"] }, "server")).toEqual({
    batch: "50%",
    bakeSeconds: 5,
    alarms: ["5xx"],
  });
  const wrong = refusal(() => parseRollout({ batch: "150%", bacth: 1, maxSurge: 1 }, "server"));
  expect(wrong.errors).toEqual([
    { path: "rollout.batch", message: '"150%" is over 100%' },
    { path: "rollout.bacth", message: "is not a known key; did you mean batch?" },
    {
      path: "rollout.maxSurge",
      message: "must be 0: servers are updated in place, kinds vm, container can have more copies; not 1",
    },
  ]);
  expect(refusal(() => parseRollout({ batch: 1 }, "function")).code).toBe("not_supported_by_kind");
  expect(refusal(() => parseRollout([], "server")).errors).toEqual([
    { path: "rollout", message: "must be a block of keys, not []" },
  ]);
});
