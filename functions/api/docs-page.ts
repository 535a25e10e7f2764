// A page to try the API: made here, loading nothing from elsewhere, so the strict content policy holds for it too.
import type { Hono } from "hono";
import type { ApiEnv } from "./pipeline.ts";

export function mountDocs(app: Hono<ApiEnv>): void {
  app.get("/docs", () => text(PAGE, "text/html"));
  app.get("/docs/docs.css", () => text(STYLE, "text/css"));
  app.get("/docs/docs.js", () => text(SCRIPT, "text/javascript"));
}

function text(content: string, type: string): Response {
  return new Response(content, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache" },
  });
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tutti API</title>
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<header>
  <h1>Tutti API</h1>
  <p>Made from <a href="/openapi.json">/openapi.json</a>, and that from the schemas that validate.
  The manifest's schema is <a href="/schema/tutti.json">/schema/tutti.json</a>.</p>
  <label>Token <input id="token" type="password" autocomplete="off" placeholder="kept on this page only"></label>
</header>
<main id="operations"><p>Loading…</p></main>
<script src="/docs/docs.js" type="module"></script>
</body>
</html>
`;

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem 0; }
summary { cursor: pointer; }
code, pre, textarea, input { font: 14px/1.5 ui-monospace, monospace; }
.method { display: inline-block; width: 4.5rem; font-weight: 600; }
.what { opacity: .75; margin-left: .75rem; }
form { display: grid; gap: .5rem; padding: .75rem 0 .75rem 4.5rem; }
label { display: grid; gap: .15rem; font-size: .9rem; }
textarea { min-height: 8rem; }
button { justify-self: start; padding: .35rem 1rem; }
pre { overflow: auto; max-height: 30rem; margin: 0; padding: .75rem; background: color-mix(in srgb, currentColor 7%, transparent); }
`;

const SCRIPT = `
const make = (tag, props = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
};

const send = async (method, path, operation, form, output) => {
  const data = new FormData(form);
  const query = new URLSearchParams();
  let url = path;
  for (const { name, in: place } of operation.parameters ?? []) {
    const value = data.get(name) ?? "";
    if (place === "path") url = url.replace("{" + name + "}", encodeURIComponent(value));
    if (place === "query" && value !== "") query.set(name, value);
  }
  const headers = {};
  const token = document.getElementById("token").value;
  if (token) headers.authorization = "Bearer " + token;
  const body = data.get("body") || undefined;
  if (body) headers["content-type"] = "application/json";
  output.textContent = "…";
  try {
    const answer = await fetch(query.size ? url + "?" + query : url, { method, headers, body });
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch {}
    output.textContent = answer.status + " " + answer.statusText + "\\n\\n" + shown;
  } catch (error) {
    output.textContent = String(error);
  }
};

const formOf = (method, path, operation) => {
  const output = make("pre");
  const fields = (operation.parameters ?? [])
    .filter((one) => one.in !== "header")
    .map((one) => make("label", {}, one.name + (one.required ? " (required)" : ""), make("input", { name: one.name })));
  if (operation.requestBody) fields.push(make("label", {}, "body (JSON)", make("textarea", { name: "body" })));
  const form = make("form", {}, ...fields, make("button", { textContent: "Send" }), output);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method, path, operation, form, output);
  });
  return form;
};

const { paths } = await (await fetch("/openapi.json")).json();
const main = document.getElementById("operations");
main.replaceChildren();
for (const [path, item] of Object.entries(paths))
  for (const [verb, operation] of Object.entries(item)) {
    const method = verb.toUpperCase();
    const title = make("summary", {}, make("code", { className: "method", textContent: method }),
      make("code", { textContent: path }), make("span", { className: "what", textContent: operation.summary }));
    main.append(make("details", {}, title, formOf(method, path, operation)));
  }
`;
