import { expect, test } from "vitest";
import type { MemberStatus, Train } from "#core/domain/train.ts";
import { aMember, aTrain } from "#test/support/a-train.ts";
import { nextStop } from "./next-stop.ts";

/** A member's status for each stop; several of one stop in a list. */
function trainOf(...stops: (MemberStatus | MemberStatus[])[]): Train {
  const members = stops.flatMap((stop, index) =>
    [stop].flat().map((status, i) => {
      const reason = status === "failed" ? "it is stuck" : status === "rolled_back" ? "Went back." : "";
      return aMember({ stop: index, app: `app${index}${i || ""}`, status, reason });
    }),
  );
  return aTrain({ members });
}

const back = (train: Train): Train => ({
  ...train,
  turned: "app1/prod rolled back: Went back.",
  status: "rolling_back",
});

const FORWARD: [string, Train, object][] = [
  ["the first stop is started", trainOf("waiting", "waiting"), { do: "start", members: [0] }],
  [
    "all of a stop are started",
    trainOf("succeeded", ["waiting", "waiting"]),
    { do: "start", members: [1, 2] },
  ],
  ["what is under way is waited for", trainOf("running", "waiting"), { do: "wait" }],
  [
    "a stop is left when all of it has succeeded",
    trainOf(["succeeded", "running"], "waiting"),
    { do: "wait" },
  ],
  [
    "one that went back turns the train",
    trainOf("succeeded", ["rolled_back", "running"]),
    { do: "turn", reason: "app1/prod rolled back: Went back." },
  ],
  [
    "the last success ends it",
    trainOf("succeeded"),
    { do: "end", status: "succeeded", reason: "Its deployment succeeded." },
  ],
  ["a train that has ended does nothing", { ...trainOf("succeeded"), status: "succeeded" }, { do: "wait" }],
  [
    "an abort turns it",
    { ...trainOf("running", "waiting"), abort: { actor: "bob", at: "", reason: "no." } },
    { do: "turn", reason: "Aborted by bob: no." },
  ],
];

test.each(FORWARD)("%s", (_name, train, expected) => {
  expect(nextStop(train)).toEqual(expected);
});

const BACK: [string, Train, object][] = [
  [
    "what is under way is stopped first",
    trainOf("succeeded", ["rolled_back", "running"]),
    { do: "stop", members: [2] },
  ],
  [
    "the last stop goes back first",
    trainOf("succeeded", ["succeeded", "rolled_back"]),
    { do: "sendBack", members: [1] },
  ],
  [
    "all of a stop go back at once",
    trainOf(["succeeded", "succeeded"], "failed"),
    { do: "sendBack", members: [0, 1] },
  ],
  ["the stop before waits for it", trainOf("succeeded", "rolling_back"), { do: "wait" }],
];

test.each(BACK)("on the way back, %s", (_name, train, expected) => {
  expect(nextStop(back(train))).toEqual(expected);
});

test("when all are back it ends rolled back and says where everything is", () => {
  expect(nextStop(back(trainOf("rolled_back", "rolled_back", "skipped")))).toEqual({
    do: "end",
    status: "rolled_back",
    reason:
      "app1/prod rolled back: Went back. Back: app0/prod (v1), app1/prod (v1). Never started: app2/prod.",
  });
});

test("one that is neither here nor there makes it fail", () => {
  expect(nextStop(back(trainOf("rolled_back", "failed")))).toEqual({
    do: "end",
    status: "failed",
    reason:
      "app1/prod rolled back: Went back. Not back on its release: app1/prod: it is stuck. Mend it and deploy again, or roll back by hand.",
  });
});

test("with nothing changed it ends cancelled", () => {
  expect(nextStop(back(trainOf("cancelled", "skipped")))).toMatchObject({ do: "end", status: "cancelled" });
});
