import { expect, test } from "vitest";
import { createClient } from "./client.ts";
import { ClientError } from "./client-error.ts";

type Scripted = Response | Error | ((url: string, init: RequestInit) => Response);

/** Answers in this order, and remembers what it was asked and for how long the client paused. */
function scripted(answers: Scripted[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const pauses: number[] = [];
  const client = createClient({
    url: "http://api.test/",
    token: "secret",
    client: "cli",
    random: () => 0.5,
    pause: async (milliseconds) => void pauses.push(milliseconds),
    fetch: (async (url: string, init: RequestInit) => {
      asked.push({ url, init });
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return typeof next === "function" ? next(url, init) : next;
    }) as typeof fetch,
  });
  return { client, asked, pauses };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refused = (status: number, code: string) =>
  json(
    { title: "No.", status, detail: "Not so.", code, errors: [{ path: "a.b", message: "is wrong" }] },
    status,
  );

test("a call fills the path, sends the token and says who it is", async () => {
  const { client, asked } = scripted([json({ items: [], cursor: null })]);
  await client.releases.list("sh op", { limit: 5 });
  expect(asked[0]!.url).toBe("http://api.test/v1/apps/sh%20op/releases?limit=5");
  expect(asked[0]!.init.headers).toEqual({
    accept: "application/json",
    authorization: "Bearer secret",
    "x-tutti-client": "cli",
  });
});

test("a problem document becomes an error with its code, status and every fault", async () => {
  const { client } = scripted([refused(422, "invalid_input")]);
  const error = await client.apps.put("shop", {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ClientError);
  expect(error).toMatchObject({
    message: "Not so.",
    status: 422,
    code: "invalid_input",
    errors: [{ path: "a.b", message: "is wrong" }],
  });
});

test("reading is tried again where the network fails or the API asks for patience", async () => {
  const { client, asked, pauses } = scripted([
    new TypeError("fetch failed"),
    refused(503, "unreachable"),
    refused(429, "rate_limited"),
    json({ items: [], cursor: null }),
  ]);
  await client.apps.list();
  expect(asked.length).toBe(4);
  expect(pauses).toEqual([300, 600, 1200]);
});

test("reading gives up after its attempts, saying what is not reachable", async () => {
  const down = Array.from(
    { length: 4 },
    () => new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }),
  );
  const { client, asked } = scripted(down);
  const error = await client.apps.list().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    status: 0,
    code: "unreachable",
    message: "http://api.test/ does not answer: ECONNREFUSED",
  });
  expect(asked.length).toBe(4);
});

test("what changes things is sent once, and a refusal is not asked again", async () => {
  const changing = scripted([refused(503, "unreachable")]);
  await expect(changing.client.deployments.act("dep_1", "pause")).rejects.toMatchObject({ status: 503 });
  expect(changing.asked.length).toBe(1);
  const reading = scripted([refused(404, "not_found")]);
  await expect(reading.client.apps.get("shop")).rejects.toMatchObject({ code: "not_found" });
  expect(reading.asked.length).toBe(1);
});

test("what was refused for its rate is sent again after the time that the API names, changes too", async () => {
  const limited = () => json({ title: "No.", status: 429, code: "rate_limited", retryAfterSeconds: 2 }, 429);
  const { client, asked, pauses } = scripted([limited(), limited(), json({ id: "dep_1" })]);
  expect(await client.deployments.act("dep_1", "pause")).toEqual({ id: "dep_1" });
  expect([asked.length, pauses]).toEqual([3, [2000, 2000]]);
});

test("an answer that is not the API's says so", async () => {
  const page = () => new Response("<html>", { status: 200 });
  const { client } = scripted([page(), new Response("<html>", { status: 418, statusText: "I'm a teapot" })]);
  await expect(client.me()).rejects.toMatchObject({ code: "unexpected_answer" });
  await expect(client.me()).rejects.toMatchObject({
    status: 418,
    message: "The API answered 418 I'm a teapot",
  });
});

test("watching gives every change once with the events since, up to the end", async () => {
  const deployment = (revision: number, status: string) => json({ id: "dep_1", revision, status });
  const events = (...seqs: number[]) => json({ items: seqs.map((seq) => ({ seq })), cursor: null });
  const { client, asked } = scripted([
    deployment(1, "running"),
    events(1, 2),
    deployment(1, "running"),
    events(),
    deployment(4, "succeeded"),
    events(3),
  ]);
  const seen = [];
  for await (const { deployment: one, events: news } of client.watchDeployment("dep_1"))
    seen.push([one.revision, news.map((event) => event.seq)]);
  expect(seen).toEqual([
    [1, [1, 2]],
    [4, [3]],
  ]);
  expect(asked.map((one) => new URL(one.url).search)).toEqual([
    "",
    "?after=0&limit=200",
    "?waitSeconds=20&afterRevision=1",
    "?after=2&limit=200",
    "?waitSeconds=20&afterRevision=1",
    "?after=2&limit=200",
  ]);
});
