// The workflows on a judge: executions as the engine starts and looks at them, and, where the judge runs functions and
// evaluates JSONata, Tutti as a whole: its API, its drivers and its release protocol, with nothing of ours beneath.
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { Client } from "#client/client.ts";
import { rolloutWorkflow } from "#functions/deps/executions.ts";
import type { Nature } from "#test/contract/driver.ts";
import { functionArchive } from "#test/contract/function-archive.ts";
import { deploy, ENVIRONMENT, functionManifest, publish, settled } from "#test/support/release-of.ts";
import { eventually } from "./capabilities/probe.ts";
import { type Installation, install } from "./installation.ts";
import { lackOf } from "./lacks.ts";

const judge = inject("judge");
const can = (service: string, capability: string) => !lackOf(judge.name, service, capability);

let installation: Installation;
beforeAll(async () => {
  installation = await install("house");
});

test("an execution is started once under its name, seen, and missed where there is none", async () => {
  const { executions } = rolloutWorkflow(installation.plan.names.rolloutArn);
  expect(await executions.describe("dep_none-1")).toBe("missing");
  const input = { deploymentId: "dep_none", kind: "function" as const, generation: 1 };
  await executions.start("dep_none-1", input);
  await executions.start("dep_none-1", input);
  expect(
    await eventually(
      () => executions.describe("dep_none-1"),
      (state) => state === "ended",
    ),
  ).toBe("ended");
});

const playable =
  can("Lambda", "runs the code of a function") &&
  can("Lambda", "answers at the URL of a function") &&
  can("Step Functions", "evaluates JSONata") &&
  can("Step Functions", "invokes a function and hands on what it answers");

if (playable) describe("a house", house);

function house(): void {
  const app = "greeter";
  let client: Client;

  beforeAll(async () => {
    client = await installation.client();
    await client.environments.put(ENVIRONMENT, { pools: {} });
    const bakes = can("Step Functions", "takes a time-out that is an expression");
    const { rollout, ...rest } = functionManifest(app);
    await client.apps.put(app, { ...rest, rollout: { ...rollout, bakeSeconds: bakes ? 1 : 0 } });
  });

  async function release(version: string, nature: Nature): Promise<void> {
    const { bytes, sha256 } = await functionArchive(version, nature);
    await publish(client, app, version, Buffer.from(bytes), sha256);
  }

  async function traffic() {
    return (await client.targets.get(app, ENVIRONMENT)).traffic;
  }

  test("rolls a first release out", async () => {
    await release("v1", "good");
    expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded", reason: "v1 is live." });
    expect(await traffic()).toEqual([{ version: "v1", percent: 100 }]);
  });

  test("shifts to the next one by weights", async () => {
    await release("v2", "good");
    const deployment = await deploy(client, app, "v2");
    expect(deployment).toMatchObject({ status: "succeeded", previousVersion: "v1" });
    expect(deployment.steps.filter((step) => step.type === "shift").map((step) => step.label)).toEqual([
      "Shift 50 % to v2",
      "Shift 100 % to v2",
    ]);
    expect(await traffic()).toEqual([{ version: "v2", percent: 100 }]);
  });

  test("takes a broken one back and says why", async () => {
    await release("v3", "unhealthy");
    const deployment = await deploy(client, app, "v3");
    expect(deployment.status).toBe("rolled_back");
    expect(deployment.reason).toContain("GET /healthz answered 500");
    expect(await traffic()).toEqual([{ version: "v2", percent: 100 }]);
  });

  test("goes back to a release of before without its file", async () => {
    const { id } = await client.deployments.rollback(app, { environment: ENVIRONMENT, version: "v1" });
    expect(await settled(client, id)).toMatchObject({ status: "succeeded", version: "v1" });
    expect(await traffic()).toEqual([{ version: "v1", percent: 100 }]);
  });

  test("takes a file under releases/ for a release and deploys it where the manifest says so", async () => {
    await client.apps.put("uploaded", { ...functionManifest("uploaded"), autoDeploy: true });
    const { bytes } = await functionArchive("v1", "good");
    const Key = "releases/uploaded/v1/app.zip";
    await new S3Client({}).send(
      new PutObjectCommand({ Bucket: installation.plan.names.bucket, Key, Body: bytes }),
    );
    const look = async () => (await client.deployments.list({ app: "uploaded" })).items;
    const [deployment] = await eventually(look, (found) => found.length > 0);
    expect(await settled(client, deployment!.id)).toMatchObject({ status: "succeeded", version: "v1" });
  });
}
