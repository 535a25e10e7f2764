// Journeys through all that an installation does, on the whole house, each with the grants that the blueprint gives and no more. Which
// grants they are named for says test/golden/grants.json; without one of those, a call of theirs is denied, and this file fails.
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEPT } from "#test/support/grants/asked-uses.ts";
import { WHOLE, WHOLE_ROLES } from "#test/support/grants/whole.ts";
import { DOINGS, schedules } from "#test/support/journey/doings.ts";
import { type Journey, openJourney } from "#test/support/journey/journey.ts";
import { liveAndDie, liveOnHosts } from "#test/support/journey/kinds.ts";
import { liveLong } from "#test/support/journey/long-lived.ts";
import { comeTwice } from "#test/support/journey/triggers.ts";

let journey: Journey;
beforeAll(async () => {
  journey = await openJourney();
});
afterAll(() => journey?.close());

/** One after the other where it is recorded which of them asked for what. */
const part = KEPT ? test : test.concurrent;

for (const kind of ["server", "vm", "container", "function"] as const)
  part(`the life of an app of kind ${kind}`, () => liveAndDie(journey, kind));

part("the life of an app on a cluster's own hosts", () => liveOnHosts(journey));

for (const trigger of ["artifact", "image", "deploy"] as const)
  part(`what deploys by itself: ${trigger}`, () => comeTwice(journey, trigger));

part("what deploys by itself: schedule", async () => {
  await comeTwice(journey, "schedule");
  await schedules(journey);
});

for (const [name, doing] of Object.entries(DOINGS)) part(name, () => doing(journey));

part("a deployment and a train that outlive an execution", () => liveLong(journey));

test("nothing was denied but what a journey took away itself", () => {
  const byJourneys = /(events:PutEvents|states:SendTaskSuccess|events-schedule: dynamodb:PutItem) ?(on )?/;
  const denied = WHOLE_ROLES.flatMap(({ short }) =>
    journey.house.sandbox.askedBy(WHOLE.names.roleArn(short)).denied.map((one) => `${short}: ${one}`),
  );
  expect(denied.filter((one) => !byJourneys.test(one))).toEqual([]);
});
