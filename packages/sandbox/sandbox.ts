// AWS on this machine, as far as a blueprint needs it: one endpoint, one state directory, one slice of the loopback
// addresses. It knows AWS and nothing of what runs on it.
import { resolve } from "node:path";
import { type Callable, createDispatcher, type Dispatcher } from "./endpoint/dispatcher.ts";
import { type HttpServer, listen } from "./endpoint/listen.ts";
import { modelOf } from "./endpoint/model.ts";
import { createEndpoint } from "./endpoint/server.ts";
import { openAddressBook } from "./ground/addresses.ts";
import { lockDirectory } from "./ground/directory-lock.ts";
import { endOrphans } from "./ground/orphans.ts";
import { claimSlice } from "./ground/slice.ts";
import { openAccess } from "./iam/access.ts";
import { openRoles } from "./iam/roles.ts";
import { createIam } from "./iam/service.ts";
import { ACCOUNT_ID, createPlatform } from "./local-platform.ts";
import type { Credentials, Platform, Service } from "./platform.ts";
import { createS3Http } from "./s3/http.ts";
import { createServices } from "./services.ts";

export type SandboxOptions = {
  directory: string;
  /** 0 for any free one. */
  port: number;
  timeScale: number;
  log?: (line: string) => void;
  /** Further services, for tests. */
  services?: (platform: Platform) => Service[];
};

export type Sandbox = {
  endpoint: string;
  rootCredentials: Credentials;
  platform: Platform;
  stop(): Promise<void>;
};

/** Throws when the directory is in use or the port is taken; then nothing is left behind. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const directory = resolve(options.directory);
  const undo: (() => unknown)[] = [lockDirectory(directory)];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await endOrphans(directory);
    const slice = await claimSlice(directory);
    undo.push(() => slice.release());
    const server = await listen(options.port);
    undo.push(() => server.close());
    return { ...(await run(options, { directory, slice, server, undo })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ground = {
  directory: string;
  slice: Awaited<ReturnType<typeof claimSlice>>;
  server: HttpServer;
  undo: (() => unknown)[];
};

async function run(options: SandboxOptions, ground: Ground): Promise<Omit<Sandbox, "stop">> {
  const { directory, slice, server, undo } = ground;
  const log = options.log ?? (() => {});
  const roles = openRoles(`${directory}/iam`);
  const access = openAccess(`${directory}/iam`, roles);
  const rootCredentials = access.credentialsOf("root");
  let dispatcher: Dispatcher | undefined;
  const platform = createPlatform({
    directory,
    endpoint: server.endpoint,
    timeScale: options.timeScale,
    log,
    slice,
    addresses: openAddressBook(directory),
    access,
    dispatcher: () => dispatcher!,
  });
  const standard = createServices(platform);
  const services = [
    createIam(ACCOUNT_ID, roles, access, platform.now),
    ...standard.services,
    ...(options.services?.(platform) ?? []),
  ];
  const all: Callable[] = [...services, ...standard.passthrough, standard.s3];
  dispatcher = createDispatcher(all, access.authorize);
  // In the order of their making: who was made last may still need those before it.
  for (const service of all) if (service.stop) undo.push(() => service.stop!());
  for (const service of all) await service.start?.();
  server.serve(
    createEndpoint({
      models: services.map(modelOf),
      passthrough: standard.passthrough,
      dispatcher,
      principalOf: access.principalOf,
      s3: createS3Http({ dispatcher, access, now: platform.now, log }),
      log,
    }),
  );
  return { endpoint: server.endpoint, rootCredentials, platform };
}
