import { afterEach, beforeEach, expect, test } from "vitest";
import { takeDeadLetter } from "#functions/events/dead-letter-event.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
});
afterEach(() => api.close());

const EVENT = { id: "e1", source: "my.pipeline", detail: { app: "shop" } };

function failed(requestId: string, minute = 0, functionName = "tutti-events-deploy") {
  return takeDeadLetter(api.deps, {
    timestamp: `2026-01-05T11:0${minute}:00.000Z`,
    requestContext: {
      requestId,
      functionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${functionName}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    },
    requestPayload: EVENT,
    responsePayload: { errorType: "Error", errorMessage: "the table is away" },
  });
}

const listed = async () => (await api.call("GET", "/v1/dead-letters")).body.items;

test("an event that failed for good is listed, newest first, and once however often it is told of", async () => {
  await failed("one", 1);
  await failed("two", 2);
  await failed("one", 1);
  const items = await listed();
  expect(items).toMatchObject([{ at: "2026-01-05T11:02:00.000Z" }, { at: "2026-01-05T11:01:00.000Z" }]);
  expect(items[0]).toEqual({
    id: expect.stringMatching(/^dead_[0-9a-z]{19}$/),
    at: "2026-01-05T11:02:00.000Z",
    event: "deploy",
    payload: EVENT,
    attempts: 3,
    error: "Error: the table is away",
    replayedAt: null,
    replayedBy: null,
  });
});

test("replayed, the event goes to its function as it came, and the letter says who did it", async () => {
  await failed("one");
  const [{ id }] = await listed();
  const { status, body } = await api.call("POST", `/v1/dead-letters/${id}/replay`);
  expect([status, body.replayedBy, body.replayedAt]).toEqual([202, "admin", "2026-01-05T12:00:00.000Z"]);
  expect(api.sent).toEqual([{ event: "deploy", payload: EVENT }]);
  expect(await listed()).toEqual([body]);
  await failed("one");
  expect((await listed())[0].replayedBy).toBe("admin");
});

test("one that could not be sent is not said to be replayed", async () => {
  await failed("one");
  const [{ id }] = await listed();
  api.deps.eventFunctions.send = () => Promise.reject(new Error("throttled"));
  expect((await api.call("POST", `/v1/dead-letters/${id}/replay`)).status).toBe(500);
  expect((await listed())[0].replayedAt).toBeNull();
});

test("what is not there cannot be replayed, and a function that is no trigger's is refused", async () => {
  expect((await api.call("POST", "/v1/dead-letters/dead_x/replay")).status).toBe(404);
  await expect(failed("three", 0, "tutti-driver-vm")).rejects.toThrow("is not the function of a trigger");
});
