// The command line in this process, against a real HTTP server with the API behind it.

import type { Io } from "#cli/io.ts";
import { run } from "#cli/run.ts";
import { createApp } from "#functions/api/app.ts";
import { openTestApi, type TestApi, TOKEN } from "./api.ts";
import { type Served, serve } from "./serve.ts";

export type Ran = { code: number; out: string; err: string };

export type TestCli = {
  api: TestApi;
  url: string;
  /** Bytes that were uploaded, by key. */
  uploads: Map<string, Uint8Array>;
  tutti(args: string[], io?: Partial<Io>): Promise<Ran>;
  close(): Promise<void>;
};

export async function openTestCli(cwd: string): Promise<TestCli> {
  const uploads = new Map<string, Uint8Array>();
  const bucket: Served = await serve(async (request) => {
    uploads.set(new URL(request.url).pathname.slice(1), new Uint8Array(await request.arrayBuffer()));
    return new Response("");
  });
  const api = await openTestApi();
  api.deps.artifacts.uploadUrl = async (key) => `${bucket.url}/${key}`;
  const { fetch } = createApp(api.deps);
  const served = await serve((request) => fetch(request));
  const tutti: TestCli["tutti"] = async (args, io = {}) => {
    const [out, err] = [[] as string[], [] as string[]];
    const code = await run(args, {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      input: async () => "",
      env: { TUTTI_URL: served.url, TUTTI_TOKEN: TOKEN },
      cwd,
      terminal: false,
      color: false,
      columns: () => 100,
      rows: () => 30,
      now: () => api.clock.now(),
      ...io,
    });
    return { code, out: out.join(""), err: err.join("") };
  };
  const close = async () => {
    await Promise.all([api.close(), served.close(), bucket.close()]);
  };
  return { api, url: served.url, uploads, tutti, close };
}
