import { afterAll, beforeAll, expect, test } from "vitest";
import { openShop, POOL } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

const BALANCER = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/front/1";
const LISTENER = `${BALANCER.replace(":loadbalancer/", ":listener/")}/2`;
const loadBalancer = { arn: BALANCER, ports: { from: 8100, to: 8199 }, vpcId: "vpc-1" };
const domain = { name: "x.example", listenerArn: LISTENER };

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
});
afterAll(() => api.close());

const put = (settings: object) => api.call("PUT", "/v1/environments/prod", { ...POOL, ...settings });

test("an environment keeps its domain, and shows it again", async () => {
  expect(await put({ loadBalancer, domain })).toMatchObject({ status: 200, body: { domain } });
  const { body } = await api.call("GET", "/v1/environments");
  expect(body.items).toMatchObject([{ name: "prod", domain }]);
});

test.each([
  ["domain.name", { ...domain, name: "No Domain" }],
  ["domain.name", { ...domain, name: "example" }],
  ["domain.name", { ...domain, name: "*.x.example" }],
  ["domain.listenerArn", { ...domain, listenerArn: LISTENER.replace("front", "other") }],
  ["domain.listenerArn", { name: "x.example" }],
])(
  "a domain is a name in lower case and a listener of the environment's own load balancer: %s of %j",
  async (path, wrong) => {
    expect(await put({ loadBalancer, domain: wrong })).toMatchObject({
      status: 422,
      body: { code: "invalid_input", errors: [{ path }] },
    });
  },
);

test("a domain needs a load balancer", async () => {
  expect(await put({ domain })).toMatchObject({
    status: 422,
    body: { errors: [{ path: "domain.listenerArn", message: "must be a listener of loadBalancer.arn" }] },
  });
});
