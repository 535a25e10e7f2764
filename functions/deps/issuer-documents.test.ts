import { expect, test } from "vitest";
import { serve } from "#test/support/serve.ts";
import { issuerDocuments } from "./issuer-documents.ts";

test("only an origin that is trusted by name may be private or plain, with its very port", async () => {
  const served = await serve(async () => Response.json({ fine: true }));
  const { port } = new URL(served.url);
  const trusting = issuerDocuments(`https://id.corp.internal, ${served.url}`);
  expect(await trusting.fetch(`${served.url}/x`)).toEqual({ fine: true });
  expect(trusting.objection("https://id.corp.internal/realms/a")).toBeNull();
  await expect(trusting.fetch(`http://localhost:${port}/`)).rejects.toThrow("must begin with https://");
  await expect(issuerDocuments("").fetch(served.url)).rejects.toThrow("must begin with https://");
  await expect(issuerDocuments("").fetch(`https://127.0.0.1:${port}/`)).rejects.toThrow("private address");
  await served.close();
});

test.each(["id.corp.internal", "https://id.corp.internal/realms/a", "ftp://id.corp.internal", "*"])(
  "%s is no origin, and the installation is told so by the name of its setting",
  (text) => {
    expect(() => issuerDocuments(`https://fine.example,${text}`)).toThrow(/^TUTTI_OIDC_TRUSTED_ORIGINS: /);
  },
);

test("an answer that is too large, no JSON, a redirect or too late is refused", async () => {
  const slow = Promise.withResolvers<Response>();
  const served = await serve(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/large") return new Response("x".repeat(300_000));
    if (pathname === "/moved") return Response.redirect("http://169.254.169.254/", 302);
    if (pathname === "/slow") return slow.promise;
    return new Response("<html>");
  });
  const { fetch } = issuerDocuments(served.url, { timeoutMs: 100 });
  await expect(fetch(`${served.url}/large`)).rejects.toThrow("is larger than 262144 bytes");
  await expect(fetch(`${served.url}/moved`)).rejects.toThrow("answered 302");
  await expect(fetch(`${served.url}/slow`)).rejects.toThrow("did not answer within 0.1 s");
  await expect(fetch(`${served.url}/page`)).rejects.toThrow("JSON");
  slow.resolve(new Response(""));
  await served.close();
});
