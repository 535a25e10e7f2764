import { expect, test } from "vitest";
import { aReceiver } from "#test/support/a-notice.ts";
import type { EngineDeps } from "./deps.ts";
import { checkReceivers } from "./diagnose-receivers.ts";

const THERE = ["tutti/notifications/ops"];
const secrets = { versionOf: async ({ name }: { name: string }) => (THERE.includes(name) ? "v1" : null) };
const deps = { secrets, notificationSecretPrefix: "tutti/notifications/" } as unknown as EngineDeps;

test("each secret that a receiver names is looked for, and one that is not there is said with how to make it", async () => {
  const notifications = [
    aReceiver(),
    aReceiver({ name: "chat", url: undefined, urlSecret: "release-room", secret: "ops" }),
  ];
  const name = "tutti/notifications/release-room";
  expect(await checkReceivers(deps, { name: "prod", pools: {}, updatedAt: "", notifications })).toEqual([
    {
      path: "notifications.1.secret",
      ok: true,
      detail: "The secret tutti/notifications/ops is there.",
      mend: null,
    },
    {
      path: "notifications.1.urlSecret",
      ok: false,
      detail: `There is no secret ${name}: chat is told nothing.`,
      mend: `aws secretsmanager create-secret --name ${name} --secret-string …`,
    },
  ]);
});

test("what cannot be asked is a finding, and an environment without receivers has none", async () => {
  const asking = { versionOf: () => Promise.reject(new Error("no answer")) };
  const [found] = await checkReceivers({ ...deps, secrets: asking } as never, {
    name: "prod",
    pools: {},
    updatedAt: "",
    notifications: [aReceiver({ secret: "ops" })],
  });
  expect(found).toMatchObject({ path: "notifications.0.secret", ok: false, detail: "no answer" });
  expect(await checkReceivers(deps, { name: "prod", pools: {}, updatedAt: "" })).toEqual([]);
});
