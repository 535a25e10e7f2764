import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { serve } from "#test/support/serve.ts";
import { allowance } from "./allowance.ts";
import { objectionTo, send } from "./send.ts";

const HERE = allowance(["127.0.0.0/8"]);

test.each([
  ["https://hooks.example.com/x", null],
  ["https://8.8.8.8/", null],
  ["http://8.8.8.8/", "must begin with https://"],
  ["ftp://hooks.example.com/", "must begin with https://"],
  ["file:///etc/passwd", "must begin with https://"],
  ["/relative", "is not an absolute URL"],
  ["https://me:secret@hooks.example.com/", "must not contain a user or password"],
  ["https://hooks.example.com/#part", "must not have a fragment"],
  ["https://127.0.0.1/", "leads to 127.0.0.1, which is not public"],
  ["https://2130706433/", "leads to 127.0.0.1, which is not public"],
  ["https://0x7f.1/", "leads to 127.0.0.1, which is not public"],
  ["https://0177.0.0.1/", "leads to 127.0.0.1, which is not public"],
  ["http://169.254.169.254/latest/meta-data/", "leads to 169.254.169.254, which is not public"],
  ["https://10.0.0.1:8443/", "leads to 10.0.0.1, which is not public"],
  ["https://[::1]/", "leads to ::1, which is not public"],
  ["https://[::ffff:127.0.0.1]/", "leads to ::ffff:7f00:1, which is not public"],
  ["https://[::ffff:169.254.169.254]/", "leads to ::ffff:a9fe:a9fe, which is not public"],
  ["https://[64:ff9b::10.0.0.1]/", "leads to 64:ff9b::a00:1, which is not public"],
  ["https://[fd00::1]/", "leads to fd00::1, which is not public"],
])("of %s it says: %s", (url, objection) => {
  expect(objectionTo(url)).toBe(objection);
});

test("what is opened by its range may be called, without TLS too, and the answer comes back", async () => {
  const served = await serve(async (request) =>
    Response.json(
      { said: await request.text(), by: request.headers.get("x-by") },
      { status: 418, headers: { "x-more": "1" } },
    ),
  );
  const url = `${served.url}/hook`;
  const answer = await send({ url, body: "hé", headers: { "x-by": "me" }, timeoutMs: 2000, allowed: HERE });
  expect(answer).toMatchObject({ status: 418, body: '{"said":"hé","by":"me"}', truncated: false });
  expect(answer.headers["x-more"]).toBe("1");
  await expect(send({ url, timeoutMs: 2000 })).rejects.toMatchObject({
    problem: "refused",
    message: `${served.url} leads to 127.0.0.1, which is not public`,
  });
  await served.close();
});

test("a name that leads to a closed address is not connected to, whoever allowed the name", async () => {
  let calls = 0;
  const served = await serve(async () => {
    calls += 1;
    return new Response("reached");
  });
  const { port } = new URL(served.url);
  for (const allowed of [allowance([]), allowance(["localhost"])])
    for (const scheme of ["http", "https"])
      await expect(
        send({ url: `${scheme}://localhost:${port}/x`, timeoutMs: 2000, allowed }),
      ).rejects.toMatchObject({
        problem: "refused",
        message: expect.stringMatching(/:\d+ leads to (127\.0\.0\.1|::1), which is not public$/),
      });
  expect(calls).toBe(0);
  await served.close();
});

test("a name is called at the address that was judged", async () => {
  const served = await serve(async (request) => new Response(request.headers.get("host")));
  const { port } = new URL(served.url);
  const allowed = allowance(["127.0.0.0/8", "::1"]);
  const answer = await send({ url: `http://localhost:${port}/`, timeoutMs: 2000, allowed });
  expect(answer.body).toBe(`localhost:${port}`);
  await served.close();
});

test("a redirect is an answer and is not followed", async () => {
  let calls = 0;
  const served = await serve(async () => {
    calls += 1;
    return Response.redirect("http://169.254.169.254/latest/meta-data/", 307);
  });
  const answer = await send({ url: served.url, timeoutMs: 2000, allowed: HERE });
  expect([answer.status, calls]).toEqual([307, 1]);
  await served.close();
});

test("of a long answer the end is kept, in whole characters", async () => {
  const served = await serve(async () => new Response(`${"x".repeat(10_000)}${"ä".repeat(2048)}z`));
  const answer = await send({ url: served.url, timeoutMs: 2000, allowed: HERE });
  expect(answer.truncated).toBe(true);
  expect(answer.body).toBe(`${"ä".repeat(2047)}z`);
  await served.close();
});

test("an answer without an end is left, and so is one that never comes", async () => {
  const closed = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/silent")) return;
    response.on("close", () => closed.resolve());
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endless = await send({ url: `${url}/endless`, timeoutMs: 5000, allowed: HERE });
  expect([endless.status, endless.body.length, endless.truncated]).toEqual([200, 4096, true]);
  await closed.promise;
  await expect(send({ url: `${url}/silent?key=1`, timeoutMs: 60, allowed: HERE })).rejects.toMatchObject({
    problem: "timeout",
    message: `${url} did not answer within 0.06 s`,
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a port where nobody listens and a server without TLS are told", async () => {
  const served = await serve(async () => new Response("plain"));
  const { port } = new URL(served.url);
  const secure = send({ url: `https://127.0.0.1:${port}/`, timeoutMs: 2000, allowed: HERE });
  await expect(secure).rejects.toMatchObject({ problem: "unreachable" });
  await served.close();
  await expect(send({ url: served.url, timeoutMs: 2000, allowed: HERE })).rejects.toMatchObject({
    problem: "unreachable",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});
