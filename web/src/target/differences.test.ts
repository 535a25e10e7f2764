import { expect, test } from "vitest";
import { differencesOf } from "./differences.ts";

test("an environment's own values stand beside those for all, and only where they differ", () => {
  const manifest = {
    app: "shop",
    rollout: { batch: [1, "50%"], bakeSeconds: 5 },
    environments: {
      prod: { rollout: { bakeSeconds: 60, batch: [1, "50%"] }, config: { MODE: "hard" } },
      dev: { replicas: 1 },
    },
  };
  expect(differencesOf(manifest, "prod")).toEqual([
    { path: "app", base: "shop" },
    { path: "rollout.batch", base: '[1,"50%"]' },
    { path: "rollout.bakeSeconds", base: "5", own: "60" },
    { path: "config.MODE", own: "hard" },
  ]);
});
