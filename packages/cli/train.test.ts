import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestCli, type TestCli } from "#test/support/cli.ts";

let cli: TestCli;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-train-"));
  cli = await openTestCli(folder);
  await openShop(cli.api);
  await cli.api.call("PUT", "/v1/environments/stage", { pools: { web: { ssm: { tags: { pool: "web" } } } } });
});

afterEach(async () => {
  await cli.close();
  rmSync(folder, { recursive: true });
});

async function only() {
  return (await cli.api.store.trains.list()).items[0]!;
}

test("train takes its stops from the line, with commas between those that run side by side", async () => {
  const { code, out } = await cli.tutti(["train", "--name", "friday", "shop/stage@v2", "shop/prod@v2"]);
  const train = await only();
  expect([code, out]).toEqual([
    0,
    [
      `${train.id}  friday  running  0 of 2 done`,
      "STOP  TARGET      RELEASE       STATUS   DEPLOYMENT",
      "1     shop/stage  nothing → v2  waiting  –",
      "2     shop/prod   nothing → v2  waiting  –",
      "",
    ].join("\n"),
  ]);
  await cli.tutti(["train", "shop/stage@v2,shop/prod@v2"]);
  expect((await only()).members.map((one) => one.stop)).toEqual([0, 0]);
});

test("train takes a file, and trains lists what it made", async () => {
  writeFileSync(
    join(folder, "friday.yaml"),
    "name: friday\nstops:\n  - {app: shop, environment: prod, version: v1}\n",
  );
  expect((await cli.tutti(["train", "friday.yaml"])).code).toBe(0);
  const { out } = await cli.tutti(["trains"]);
  expect(out.split("\n")[1]).toMatch(
    /^train_\w+ {2}friday {2}0 of 1 {2}running {2}2026-01-05 12:00:00 {2}admin$/,
  );
});

test("what is no stop is wrong use, and what the API refuses names its path", async () => {
  expect(await cli.tutti(["train", "shop@v1"])).toMatchObject({
    code: 2,
    err: "error: shop@v1 is no stop: it is written APP/ENV@VERSION, or the name of a file\n",
  });
  const { code, err } = await cli.tutti(["train", "shop/prod@v9"]);
  expect([code, err]).toEqual([
    2,
    'error: stops.0.version: "v9" is not a release of shop; the newest are: v2, v1 [invalid_input]\n',
  ]);
});

test("watch tells each deployment that moves once, and its exit code how the train ended", async () => {
  await cli.tutti(["train", "shop/prod@v2"]);
  const { id } = await only();
  const { need, change } = cli.api.store.trains;
  let looks = 0;
  cli.api.store.trains.need = async (train) => {
    looks += 1;
    const end = {
      status: "rolled_back" as const,
      reason: "It went back.",
      endedAt: "2026-01-05T12:00:03.000Z",
    };
    if (looks === 2)
      await change(train, (one) => ({
        ...one,
        ...end,
        members: [{ ...one.members[0]!, status: "rolled_back", reason: "No room." }],
      }));
    return need(train);
  };
  expect(await cli.tutti(["watch", id])).toEqual({
    code: 1,
    out: [
      `${id}  running  0 of 1 done`,
      "shop/prod  nothing → v2  waiting",
      "shop/prod  nothing → v2  rolled_back: No room.",
      `${id}: rolled_back after 3.0 s: It went back.`,
      "",
    ].join("\n"),
    err: "",
  });
});

test("abort takes a train, with a reason", async () => {
  await cli.tutti(["train", "shop/prod@v2"]);
  const { id } = await only();
  expect((await cli.tutti(["abort", id, "--reason", "no"])).code).toBe(0);
  expect((await only()).abort).toMatchObject({ actor: "admin", reason: "no" });
});
