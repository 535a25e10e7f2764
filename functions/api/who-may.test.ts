// Every route × every role × no limits, in scope, out of scope; and no token, and each role's that has
// expired and that was revoked: the status that each gets, and the audit line of each call that could have changed something.
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES, type Role } from "#core/domain/access.ts";
import { openShop } from "#test/support/a-shop.ts";
import { aToken, type Holder, holderOf } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { INSIDE, OUTSIDE, type Sample, samplesOf } from "#test/support/route-samples.ts";
import { HELD } from "./caller.ts";
import { methodOf, type Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

type Where = "everywhere" | "inside" | "outside";
const WHERES = ["everywhere", "inside", "outside"] as const;
const ENDINGS = ["expired", "revoked"] as const;
/** Whatever a token was worth, it is worth nothing when it has ended. */
const NOBODIES = ["no token", ...ROLES.flatMap((role) => ENDINGS.map((how) => `${role} ${how}`))];

const routes = ROUTES as readonly Route[];
const holders = new Map<string, Holder>();
let api: TestApi;
let samples: Record<string, Sample>;

const PREVIEW = { previousVersion: null, desired: 3, steps: [], lowestHealthy: 3, config: [], notes: [] };
const RUN = { id: "heal_1", app: "shop", environment: "prod", trigger: "api", actions: [], summary: "" };

beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
  api.answers.preview = { ...PREVIEW, estimatedSeconds: 1, estimatedDollars: 0 };
  const at = new Date(api.clock.now()).toISOString();
  api.answers.heal = { ...RUN, startedAt: at, endedAt: at };
  const deploy = { environment: "prod", version: "v1" };
  const { body } = await api.call("POST", "/v1/apps/shop/deployments", deploy);
  const token = await aToken(api, { scope: INSIDE });
  samples = samplesOf({ deployment: body.id, token: token.id });
  for (const role of ROLES)
    for (const [where, scope] of [["everywhere"], ["inside", INSIDE], ["outside", OUTSIDE]] as const)
      holders.set(`${role} ${where}`, await aToken(api, { name: role, role, scope }));
  holders.set("no token", holderOf(api, "anonymous", ""));
  for (const role of ROLES) {
    holders.set(`${role} expired`, await aToken(api, { role, expiresInSeconds: 1 }));
    const revoked = await aToken(api, { role });
    holders.set(`${role} revoked`, revoked);
    await api.call("DELETE", `/v1/tokens/${revoked.id}`);
  }
  api.clock.advance(2000);
});

afterAll(() => api.close());

test.each(routes.map((route) => [route.key, route] as const))("%s", async (key, route) => {
  const sample = samples[key]!;
  const [seen, expected] = [{} as Record<string, unknown>, {} as Record<string, unknown>];
  for (const role of ROLES)
    for (const where of WHERES) {
      seen[`${role} ${where}`] = await statusOf(route, sample, `${role} ${where}`);
      expected[`${role} ${where}`] = expectedOf(route, sample, role, where);
    }
  for (const nobody of NOBODIES) {
    seen[nobody] = await statusOf(route, sample, nobody);
    expected[nobody] = route.permission === "public" ? sample.status : 401;
  }
  expect(seen).toEqual(expected);
});

function expectedOf(route: Route, sample: Sample, role: Role, where: Where): number {
  if (route.permission === "signed") return sample.status;
  if (!HELD[role].includes(route.permission)) return 403;
  if (where === "everywhere") return sample.status;
  if (where === "inside") return sample.inside ?? sample.status;
  if (sample.outside !== undefined) return sample.outside;
  // What names nothing is for everybody whose role allows it; a list leaves out what is out of scope.
  const named = typeof route.reach === "object" && !route.reach.lists;
  const wholes: unknown[] = ["deployment", "train", "stops", "everything"];
  return named || wholes.includes(route.reach) ? 403 : sample.status;
}

/** The status; a call that could change something has left a line that says the same. */
async function statusOf(route: Route, sample: Sample, who: string): Promise<number> {
  await sample.before?.(api);
  const method = methodOf(route.key);
  const { call, id } = holders.get(who)!;
  const { status, body } = await call(method, sample.path, sample.body);
  if (route.reach !== "nothing" && who.endsWith("outside") && status === 200)
    expect([who, body.items]).toEqual([who, []]);
  if (method === "GET") return status;
  const [line] = (await api.store.audit.list({ limit: 1 })).items;
  const actorId = route.permission === "signed" ? "anonymous" : id;
  expect(line).toMatchObject({ actorId, method, path: sample.path, status, sourceIp: "unknown" });
  const known = !NOBODIES.includes(who);
  if (known && typeof route.reach === "object" && route.reach.app === "path")
    expect(sample.path.split("/")).toContain(line!.app);
  expect([line!.outcome, line!.code]).toEqual(status < 400 ? ["done", undefined] : ["refused", body.code]);
  return status;
}
