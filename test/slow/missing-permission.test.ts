// A driver without one of its permissions: the deployment says which action is missing, and nothing is left locked.
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";
import {
  deploy,
  ENVIRONMENT,
  functionCode,
  functionManifest,
  publish,
  serverCode,
  serverManifest,
} from "#test/support/release-of.ts";

type Manifest = typeof serverManifest | typeof functionManifest;
type Code = typeof serverCode | typeof functionCode;

let house: TestHouse;
let iam: IAMClient;
beforeAll(async () => {
  house = await startHouse();
  iam = new IAMClient(ownerOf(house));
});
afterAll(() => house?.clear());

/** Denies one action to a driver's role while `work` runs. */
async function without<T>(kind: string, action: string, work: () => Promise<T>): Promise<T> {
  const about = { RoleName: `tutti-driver-${kind}`, PolicyName: "grants" };
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(about));
  const whole = JSON.parse(decodeURIComponent(PolicyDocument!));
  const Statement = whole.Statement.map((one: { Action: string | string[] }) => ({
    ...one,
    Action: [one.Action].flat().filter((name) => name !== action),
  })).filter((one: { Action: string[] }) => one.Action.length > 0);
  const put = (document: unknown) =>
    iam.send(new PutRolePolicyCommand({ ...about, PolicyDocument: JSON.stringify(document) }));
  await put({ ...whole, Statement });
  try {
    return await work();
  } finally {
    await put(whole);
  }
}

const AT_ONCE = { batch: "100%", maxUnavailable: "100%" };

/** Each action is denied in turn, to an app of its own. */
async function expectTold(kind: string, actions: string[], manifest: Manifest, code: Code): Promise<void> {
  for (const action of actions) {
    const app = action.toLowerCase().replace(/[^a-z]/g, "-");
    await house.client.apps.put(app, manifest(app));
    for (const version of ["v1", "v2"])
      await publish(house.client, app, version, { ...code("well"), "version.txt": version });
    const rollout = kind === "server" ? AT_ONCE : undefined;
    expect(await deploy(house.client, app, "v1", rollout)).toMatchObject({ status: "succeeded" });
    const denied = await without(kind, action, () => deploy(house.client, app, "v2", rollout));
    expect(["failed", "rolled_back"]).toContain(denied.status);
    expect(denied.reason).toMatch(/AccessDenied|not authorized/);
    expect(denied.reason).toContain(action);
    expect((await house.client.targets.get(app, ENVIRONMENT)).activeDeployment).toBeNull();
    expect(await deploy(house.client, app, "v2", rollout)).toMatchObject({ status: "succeeded" });
  }
}

// The two drivers have a role each, so that they know nothing of each other's missing permission.
test.concurrent("a server driver without a permission says which, and works again with it", () =>
  expectTold(
    "server",
    ["ssm:SendCommand", "elasticloadbalancing:DeregisterTargets"],
    serverManifest,
    serverCode,
  ));

test.concurrent("a function driver without a permission says which, and works again with it", () =>
  expectTold(
    "function",
    ["lambda:UpdateFunctionCode", "lambda:UpdateAlias"],
    functionManifest,
    functionCode,
  ));
