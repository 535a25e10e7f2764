import { execFileSync } from "node:child_process";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { readBody } from "../body.ts";
import type { ApiEnv } from "../pipeline.ts";
import type { UrlEvent } from "./plain-request.ts";
import { respond } from "./plain-response.ts";
import { urlHandler } from "./url-handler.ts";

const app = new Hono<ApiEnv>();
app.get("/text", () => respond("Hello", { headers: { "Content-Type": "text/plain" } }));
app.get("/bytes", () => respond(Uint8Array.of(0, 255), { status: 206 }));
app.get("/nothing", () => respond(null, { status: 204 }));
app.post("/echo", async (c) => respond(Buffer.from(await readBody(c.req.raw)).toString()));
app.get("/told", (c) => respond(`${c.req.header("X-One")} ${c.req.query("q")} ${c.req.url}`));
const handler = urlHandler(app);

test("answers a text as it is, and bytes in base64", async () => {
  expect(await handler(anEvent("/text"))).toEqual({
    statusCode: 200,
    headers: { "content-type": "text/plain" },
    body: "Hello",
    isBase64Encoded: false,
  });
  expect(await handler(anEvent("/bytes"))).toEqual({
    statusCode: 206,
    headers: {},
    body: "AP8=",
    isBase64Encoded: true,
  });
  expect(await handler(anEvent("/nothing"))).toMatchObject({ statusCode: 204, body: "" });
});

test("a HEAD has the headers of the GET and no body", async () => {
  const requestContext = { domainName: "api.example.com", http: { method: "HEAD" } };
  expect(await handler({ ...anEvent("/text"), requestContext })).toMatchObject({
    statusCode: 200,
    headers: { "content-type": "text/plain" },
    body: "",
  });
});

test("reads a body whether or not it came in base64", async () => {
  const requestContext = { domainName: "api.example.com", http: { method: "POST" } };
  const post = { ...anEvent("/echo"), requestContext };
  expect(await handler({ ...post, body: "Grüße" })).toMatchObject({ body: "Grüße" });
  expect(await handler({ ...post, body: "R3LDvMOfZQ==", isBase64Encoded: true })).toMatchObject({
    body: "Grüße",
  });
  expect(await handler(post)).toMatchObject({ statusCode: 200, body: "" });
});

test("headers and the query are found, and a path is what an address makes of it", async () => {
  const event = { ...anEvent("/a/../told"), rawQueryString: "q=b%20c", headers: { "x-one": "1" } };
  expect(await handler(event)).toMatchObject({ body: "1 b c https://api.example.com/told?q=b%20c" });
});

test("a host that cannot be one is refused", async () => {
  const requestContext = { domainName: "no host", http: { method: "GET" } };
  expect(await handler({ ...anEvent("/text"), requestContext })).toMatchObject({ statusCode: 400 });
});

test("nothing of it loads Node's fetch, which would weigh on every cold start", () => {
  const program = `
    const { Hono } = await import("hono");
    const { urlHandler } = await import("./url-handler.ts");
    const { respond } = await import("./plain-response.ts");
    const app = new Hono();
    app.use("*", async (c, next) => { await next(); c.res.headers.set("x-seen", "yes"); });
    app.get("/text", () => respond("Hello"));
    const { headers } = await urlHandler(app)(${JSON.stringify(anEvent("/text"))});
    console.log(headers["x-seen"], process.moduleLoadList.some((one) => one.includes("undici")));`;
  const node = process.execPath;
  const output = execFileSync(node, ["--input-type=module", "-e", program], { cwd: import.meta.dirname });
  expect(output.toString().trim()).toBe("yes false");
});

function anEvent(rawPath: string): UrlEvent {
  return { rawPath, requestContext: { domainName: "api.example.com", http: { method: "GET" } } };
}
