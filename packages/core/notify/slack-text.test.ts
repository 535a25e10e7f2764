import { expect, test } from "vitest";
import { aNotice } from "#test/support/a-notice.ts";
import { aTrain } from "#test/support/a-train.ts";
import { NOTICE_TYPES } from "../domain/notice.ts";
import { trainNotices } from "./notice-of-train.ts";
import { slackText } from "./slack-text.ts";

test("says where, what, why, and who", () => {
  expect(slackText(aNotice())).toBe(
    ":rewind: *shop/prod* v3 is rolled back (before: v2)\nBatch 1 of 3: web-1 answered 500.\n_dep_1, by ann_",
  );
});

test("what others wrote calls no channel and makes no link", () => {
  const message = "<!channel> <https://evil.example|click> & more";
  const text = slackText(aNotice({ message, deployment: { createdBy: "<@U123>", previousVersion: null } }));
  expect(text.split("\n")).toEqual([
    ":rewind: *shop/prod* v3 is rolled back",
    "&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; more",
    "_dep_1, by &lt;@U123&gt;_",
  ]);
});

test("there are words for every type, and each has its own", () => {
  const heads = NOTICE_TYPES.map((type) => slackText(aNotice({ type })).split("\n")[0]);
  expect(new Set(heads).size).toBe(NOTICE_TYPES.length);
});

test("what is of no version names its place, a train by its name", () => {
  const { deployment: _none, ...healing } = aNotice({
    type: "healing.repaired",
    message: "1 of 1 repaired.",
  });
  expect(slackText({ ...healing, healing: { id: "heal_1", trigger: "schedule", actions: [] } })).toBe(
    ":adhesive_bandage: *shop/prod* was mended\n1 of 1 repaired.\n_heal_1_",
  );
  const [notice] = trainNotices(
    aTrain({ id: "train_1", name: "friday", status: "failed", reason: "Stuck." }),
  );
  expect(slackText(notice!)).toBe(
    ":rotating_light: *train friday/prod* failed\nTrain friday failed: Stuck.\n_train_1, by ann_",
  );
});
