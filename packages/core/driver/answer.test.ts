import { expect, test } from "vitest";
import { TuttiError, wrongAt } from "../errors.ts";
import { type Answer, answerOf, valueIn } from "./answer.ts";

/** Over Lambda's wire. */
const sent = async (asked: Promise<unknown>) => JSON.parse(JSON.stringify(await answerOf(asked))) as Answer;

function refused(answer: Answer): unknown {
  try {
    return valueIn(answer);
  } catch (error) {
    return error;
  }
}

test("what a driver says arrives, nothing as well", async () => {
  expect(valueIn(await sent(Promise.resolve({ replicas: [] })))).toEqual({ replicas: [] });
  expect(valueIn(await sent(Promise.resolve()))).toBeUndefined();
});

test("what a driver refuses arrives as the error it was, with each path and what is allowed there", async () => {
  const wrong = wrongAt("server.pool", '"web" is not a pool of prod', "invalid_input");
  const full = new TuttiError("capacity_exceeded", "Too many.", {
    errors: [{ path: "replicas", message: "must be at most 3" }],
    extra: { pool: "web" },
  });
  for (const error of [wrong, full]) {
    const arrived = refused(await sent(Promise.reject(error)));
    expect(arrived).toBeInstanceOf(TuttiError);
    expect(arrived).toEqual(error);
    const { code, errors, extra } = arrived as TuttiError;
    expect({ code, errors, extra }).toEqual({ code: error.code, errors: error.errors, extra: error.extra });
  }
});

test("what has no code is thrown where it happened, and a code that is not known here is the driver's failure", async () => {
  await expect(answerOf(Promise.reject(new TypeError("oops")))).rejects.toThrow("oops");
  const refusal = { code: "of_tomorrow" as never, detail: "No.", errors: [], extra: {} };
  expect(refused({ ok: false, refusal })).toMatchObject({ code: "driver_failed", message: "No." });
});
