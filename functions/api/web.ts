// Serves the console's built files from the folder beside the handler. Names under assets/ carry a hash of their
// content, so they are kept for a year; everything else is asked for again and answered 304 where nothing changed.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Hono } from "hono";
import { TuttiError } from "#core/errors.ts";
import type { ApiEnv } from "./pipeline.ts";

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
  woff2: "font/woff2",
  webmanifest: "application/manifest+json",
};

const HASHED = "public, max-age=31536000, immutable";
const ASKED_AGAIN = "no-cache";

type File = { bytes: Uint8Array<ArrayBuffer>; etag: string };

export function mountWeb(app: Hono<ApiEnv>, folder: URL): void {
  const files = new Map<string, Promise<File | null>>();
  const load = (name: string) => {
    const known = files.get(name) ?? read(new URL(name, folder));
    files.set(name, known);
    return known;
  };
  app.get("/", async (c) => serve(c.req.raw, "index.html", await load("index.html")) ?? missingBuild());
  // One segment of safe characters: nothing that could climb out of the folder.
  app.get("/assets/:name{[A-Za-z0-9_][A-Za-z0-9._-]*}", async (c) => {
    const name = `assets/${c.req.param("name")}`;
    const answer = serve(c.req.raw, name, await load(name));
    if (answer) return answer;
    throw new TuttiError("not_found", `There is no file ${c.req.path}.`);
  });
  app.get("/:name{[A-Za-z0-9_-]+\\.(?:svg|ico|png|txt|webmanifest)}", async (c) => {
    const answer = serve(c.req.raw, c.req.param("name"), await load(c.req.param("name")));
    if (answer) return answer;
    throw new TuttiError("not_found", `There is no file ${c.req.path}.`);
  });
}

function serve(request: Request, name: string, file: File | null): Response | null {
  if (!file) return null;
  const headers = {
    "content-type": TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    "cache-control": name.startsWith("assets/") ? HASHED : ASKED_AGAIN,
    etag: file.etag,
  };
  if (matches(request.headers.get("if-none-match"), file.etag))
    return new Response(null, { status: 304, headers });
  return new Response(file.bytes, { headers });
}

function matches(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}

async function read(path: URL): Promise<File | null> {
  try {
    const bytes = new Uint8Array(await readFile(path));
    return { bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "EISDIR") return null;
    throw error;
  }
}

function missingBuild(): Response {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tutti</title>
<h1>The console has not been built</h1>
<p>This installation was put together without the console's files. The API is here all the same:
<a href="/docs">its documentation</a>, <a href="/openapi.json">its description</a>.</p></html>`;
  return new Response(page, { headers: { "content-type": TYPES.html!, "cache-control": "no-store" } });
}
