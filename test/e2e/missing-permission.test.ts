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

test.each([
  ["server", "ssm:SendCommand", serverManifest, serverCode],
  ["server", "elasticloadbalancing:DeregisterTargets", serverManifest, serverCode],
  ["function", "lambda:UpdateFunctionCode", functionManifest, functionCode],
  ["function", "lambda:UpdateAlias", functionManifest, functionCode],
] as const)(
  "a %s driver without %s says so, and works again with it",
  async (kind, action, manifest, code) => {
    const app = action.toLowerCase().replace(/[^a-z]/g, "-");
    await house.client.apps.put(app, manifest(app));
    for (const version of ["v1", "v2"])
      await publish(house.client, app, version, { ...code("well"), "version.txt": version });
    expect(await deploy(house.client, app, "v1")).toMatchObject({ status: "succeeded" });
    const denied = await without(kind, action, () => deploy(house.client, app, "v2"));
    expect(["failed", "rolled_back"]).toContain(denied.status);
    expect(denied.reason).toMatch(/AccessDenied|not authorized/);
    expect(denied.reason).toContain(action);
    expect((await house.client.targets.get(app, ENVIRONMENT)).activeDeployment).toBeNull();
    expect(await deploy(house.client, app, "v2")).toMatchObject({ status: "succeeded" });
  },
);
