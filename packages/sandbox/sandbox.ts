// AWS on this machine, as far as a blueprint needs it: one endpoint, one state directory, one slice of the loopback
// addresses. It knows AWS and nothing of what runs on it.
import { resolve } from "node:path";
import type { Balancer } from "./balancer/service.ts";
import type { ContainerService } from "./ecs/service.ts";
import { type Callable, createDispatcher, type Dispatcher } from "./endpoint/dispatcher.ts";
import { type HttpServer, listen } from "./endpoint/listen.ts";
import { modelsOf } from "./endpoint/model.ts";
import { createEndpoint } from "./endpoint/server.ts";
import { openAddressBook } from "./ground/addresses.ts";
import { lockDirectory } from "./ground/directory-lock.ts";
import { endOrphans } from "./ground/orphans.ts";
import { claimSlice, type Slice } from "./ground/slice.ts";
import { openAccess } from "./iam/access.ts";
import type { Asked } from "./iam/asked.ts";
import { openRoles } from "./iam/roles.ts";
import { createIam } from "./iam/service.ts";
import type { LambdaService } from "./lambda/service.ts";
import { createPlatform } from "./local-platform.ts";
import type { Machines } from "./machines/service.ts";
import type { Credentials, Platform, Service } from "./platform.ts";
import { createS3Http } from "./s3/http.ts";
import { createServices } from "./services.ts";

export type SandboxOptions = {
  directory: string;
  /** Of the AWS endpoint; 0 for any free one. */
  port: number;
  /** Divides Step Functions waits, deregistration delays and the like. */
  timeScale: number;
  log?: (line: string) => void;
  /** Further services, for tests. */
  services?: (platform: Platform) => Service[];
};

export type Sandbox = {
  /** `http://127.0.0.1:4566` */
  endpoint: string;
  rootCredentials: Credentials;
  platform: Platform;
  /** For those who put up hosts, count requests or watch the memory. */
  machines: Machines;
  balancer: Balancer;
  lambda: LambdaService;
  containers: ContainerService;
  /** What a role has asked for since the start. */
  askedBy(roleArn: string): Asked;
  /** Ends everything it started. Asked twice, it does it once. */
  stop(): Promise<void>;
};

/** Throws when the directory is in use or the port is taken; then nothing is left behind. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const directory = resolve(options.directory);
  const log = options.log ?? (() => {});
  const undo: (() => unknown)[] = [lockDirectory(directory)];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= undoAll(undo, log);
    return stopped;
  };
  try {
    await endOrphans(directory);
    const slice = await claimSlice(directory);
    undo.push(() => slice.release());
    const server = await listen(options.port);
    undo.push(() => server.close());
    return { ...(await run({ ...options, directory, log }, slice, server, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function run(
  options: SandboxOptions & { log: (line: string) => void },
  slice: Slice,
  server: HttpServer,
  undo: (() => unknown)[],
): Promise<Omit<Sandbox, "stop">> {
  const { directory, timeScale, log } = options;
  const { endpoint } = server;
  const roles = openRoles(`${directory}/iam`);
  const access = openAccess(`${directory}/iam`, roles);
  const addresses = openAddressBook(directory);
  let dispatcher: Dispatcher | undefined;
  const parts = { directory, endpoint, timeScale, log, slice, addresses, access };
  const platform = createPlatform({ ...parts, dispatcher: () => dispatcher! });
  const standard = createServices(platform);
  const services = [
    createIam(platform, roles, access),
    ...standard.services,
    ...(options.services?.(platform) ?? []),
  ];
  const all: Callable[] = [standard.dynamodb, standard.s3, ...services];
  dispatcher = createDispatcher(all, access.authorize);
  for (const service of all) if (service.stop) undo.push(() => service.stop!());
  for (const service of all) await service.start?.();
  server.serve(
    createEndpoint({
      models: modelsOf(services),
      passthrough: [standard.dynamodb],
      dispatcher,
      principalOf: access.principalOf,
      s3: createS3Http({ dispatcher, access, now: platform.now, log }),
      log,
    }),
  );
  const { machines, balancer, lambda, containers } = standard;
  const rootCredentials = access.credentialsOf("root");
  const { askedBy } = access;
  return { endpoint, rootCredentials, platform, machines, balancer, lambda, containers, askedBy };
}

/** The latest first; one that fails does not keep the others from being undone. */
async function undoAll(undo: (() => unknown)[], log: (line: string) => void): Promise<void> {
  for (const step of undo.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      log(`sandbox: stopping: ${(error as Error).stack ?? error}`);
    }
  }
}
