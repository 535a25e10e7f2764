// The server in SST's CLI that its components call (JSON-RPC over POST /rpc), as far as this program does: where the bootstrap bucket
// is, and the building of functions. Bundles are proven by the sandbox, so a build here is an empty module.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import type { ProgramSettings } from "./evaluate.ts";

type Build = { functionID: string; handler: string; bundle?: string };
type Call = { id?: number; method: string; params: [Build] };

/** Answers its URL. `heard` is called at each call. */
export async function serveRpc(settings: ProgramSettings, heard: () => void): Promise<string> {
  const methods: Record<string, (input: Build) => unknown> = {
    "Provider.Aws.Bootstrap": () => ({ version: 5, asset: "sst-asset", state: "sst-state", assetEcrUrl: "" }),
    "Runtime.AddTarget": () => true,
    "Runtime.Build": (input) => build(settings, input),
  };
  const server = createServer(async (request, response) => {
    heard();
    let text = "";
    for await (const chunk of request) text += chunk;
    const { id, method, params } = JSON.parse(text) as Call;
    const act = methods[method];
    const answer = act ? { result: act(params[0]) } : { error: `rpc: can't find service ${method}` };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id: id ?? null, result: null, error: null, ...answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function build({ outfile }: ProgramSettings, { functionID, handler, bundle }: Build) {
  if (bundle) return { handler, out: bundle, errors: [], sourcemaps: [] };
  const out = join(dirname(outfile), "evaluated", functionID);
  mkdirSync(out, { recursive: true });
  const name = handler.slice(handler.lastIndexOf(".") + 1);
  writeFileSync(join(out, "bundle.mjs"), `export const ${name} = () => {};\n`);
  return { handler: `bundle.${name}`, out, errors: [], sourcemaps: [] };
}
