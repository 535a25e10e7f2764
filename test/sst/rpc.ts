// The server in SST's CLI that its components call (JSON-RPC over POST /rpc), as far as this program does: where the bootstrap bucket
// is, and the building of functions: a prebuilt folder is taken as it is, which is all that this program asks for, and written down.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Build = { functionID: string; handler: string; bundle?: string };
type Call = { id?: number; method: string; params: [Build] };

/** Answers its URL. `heard` is called at each call; `bundles` gets the folder of each function. */
export async function serveRpc(heard: () => void, bundles: Record<string, string>): Promise<string> {
  const methods: Record<string, (input: Build) => unknown> = {
    "Provider.Aws.Bootstrap": () => ({ version: 5, asset: "sst-asset", state: "sst-state", assetEcrUrl: "" }),
    "Runtime.AddTarget": () => true,
    "Runtime.Build": (input) => build(input, bundles),
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

function build({ functionID, handler, bundle }: Build, bundles: Record<string, string>) {
  if (!bundle) throw new Error(`${functionID} has no folder: SST would bundle it by itself.`);
  bundles[functionID] = bundle;
  return { handler, out: bundle, errors: [], sourcemaps: [] };
}
