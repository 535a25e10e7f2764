// Ten real OpenSSH servers take releases from the driver, with PM2 as the supervisor of an ordinary user. Run by .ci/run.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planTo, playStep } from "#test/contract/roll.ts";
import { openSshPlace, poolOf, rollOverSsh, type SshPlace } from "#test/support/ssh-roll.ts";
import { type SshFarm, startSshFarm } from "#test/support/sshd.ts";

let farm: SshFarm;
let place: SshPlace;

beforeAll(async () => {
  farm = await startSshFarm(10);
  place = await openSshPlace(farm, { config: { GREETING: `it's "$HOME" 100% \\ ü\nsecond line` } });
  place.release("v1");
  place.release("v2", "v2");
  place.release("v3", "v3-broken");
});
afterAll(async () => {
  place?.close();
  await farm?.stop();
});

async function sentences(): Promise<string[]> {
  const texts = farm.hosts.map(async ({ address }) => (await fetch(`http://${address}:8080/`)).text());
  return [...new Set((await Promise.all(texts)).map((text) => text.trim()))];
}

test("ten hosts take a first release and a second one, host after host", async () => {
  expect(await rollOverSsh(place, "v1")).toMatchObject({ ok: true, reason: "" });
  expect(await sentences()).toEqual(["Hello, World!"]);
  expect(await rollOverSsh(place, "v2")).toMatchObject({ ok: true, reason: "" });
  expect(await sentences()).toEqual(["Fundamentals of DevOps!"]);
  const fleet = await place.driver.inspect(place.target);
  expect(fleet.replicas.map(({ health, version }) => `${version} ${health}`)).toEqual(
    Array.from({ length: 10 }, () => "v2 healthy"),
  );
});

test("a release that answers 500 fails on its first host, which says so", async () => {
  const failed = await rollOverSsh(place, "v3");
  expect(failed.reason).toBe("host-1: GET /healthz answered 500");
});

test("going back sends nothing again", async () => {
  place.downloads.clear();
  expect(await rollOverSsh(place, "v1")).toMatchObject({ ok: true });
  expect(await sentences()).toEqual(["Hello, World!"]);
  expect([...place.downloads]).toEqual([]);
});

test("a process that was killed for good is started again by a repair", async () => {
  const target = { ...place.target, current: "v1" };
  const [host] = farm.hosts;
  execFileSync("pkill", ["-9", "-u", host!.user]);
  const broken = await place.driver.inspect(target);
  expect(broken.replicas[0]).toMatchObject({ id: "host-1", health: "unhealthy" });
  expect(await place.driver.repair(target, broken)).toMatchObject([
    { replica: "host-1", result: "repaired" },
  ]);
  expect(await sentences()).toEqual(["Hello, World!"]);
});

test("a host with another host key than the pool's settings name is refused", async () => {
  const [first, second] = farm.hosts;
  const impostor = { ...first!, hostKey: second!.hostKey };
  const environment = { ...place.target.environment, ...poolOf(farm, [impostor]) };
  const target = { ...place.target, environment };
  expect((await place.driver.inspect(target)).unreachable).toEqual(["host-1"]);
  const [step] = await planTo(place.driver, place.target, "v2");
  const played = await playStep(place.driver, target, { ...step!, replicas: ["host-1"] });
  expect(played.reason).toBe(
    "host-1: SSH: the host key of host-1 is not the one in the pool's settings; not connected",
  );
});

test("retiring leaves nothing running and nothing behind", async () => {
  await place.driver.retire(place.target);
  const fleet = await place.driver.inspect(place.target);
  expect(fleet.replicas).toEqual([]);
  expect(fleet.spare).toHaveLength(10);
});
