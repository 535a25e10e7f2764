// AWS on this machine, as far as a blueprint needs it: one endpoint, one state directory, one slice of the loopback
// addresses. It knows AWS and nothing of what runs on it.
import { resolve } from "node:path";
import { type Account, openAccount } from "./account.ts";
import { routeByPlace } from "./accounts.ts";
import type { Balancer } from "./balancer/service.ts";
import type { ContainerService } from "./ecs/service.ts";
import { type HttpServer, listen } from "./endpoint/listen.ts";
import { modelsOf } from "./endpoint/model.ts";
import { createEndpoint } from "./endpoint/server.ts";
import { openAddressBook } from "./ground/addresses.ts";
import { lockDirectory } from "./ground/directory-lock.ts";
import { endOrphans } from "./ground/orphans.ts";
import { claimSlice, type Slice } from "./ground/slice.ts";
import type { Asked } from "./iam/asked.ts";
import type { LambdaService } from "./lambda/service.ts";
import { ACCOUNT_ID, placeDirectory, REGION } from "./local-platform.ts";
import type { Machines } from "./machines/service.ts";
import type { Place } from "./place.ts";
import type { Credentials, Platform, Service } from "./platform.ts";

export type SandboxOptions = {
  directory: string;
  /** Of the AWS endpoint; 0 for any free one. */
  port: number;
  /** Divides Step Functions waits, deregistration delays and the like. */
  timeScale: number;
  log?: (line: string) => void;
  /** Ids of further accounts. Each has services of its own and sees nothing of the others; they share this machine's network. */
  accounts?: string[];
  /** Further regions beside us-east-1, which every account has. A request's region is the one it is signed for. */
  regions?: string[];
  /** Further services, for tests. */
  services?: (platform: Platform) => Service[];
};

/** For those who put up hosts, count requests or watch the memory. */
export type Standing = {
  platform: Platform;
  machines: Machines;
  balancer: Balancer;
  lambda: LambdaService;
  containers: ContainerService;
};

export type Sandbox = {
  /** `http://127.0.0.1:4566` */
  endpoint: string;
  rootCredentials: Credentials;
  /** Credentials of another account's owner. */
  ownerOf(accountId: string): Credentials;
  platform: Platform;
  /** Of the first account in the first region. */
  machines: Machines;
  balancer: Balancer;
  lambda: LambdaService;
  containers: ContainerService;
  /** The same of another account and region. */
  placeOf(accountId: string, region: string): Standing;
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
    for (const id of [ACCOUNT_ID, ...(options.accounts ?? [])])
      for (const region of [REGION, ...(options.regions ?? [])])
        await endOrphans(placeDirectory(directory, id, region));
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
  const { directory, log } = options;
  const addresses = openAddressBook(directory);
  const accounts = new Map<string, Account>();
  const shared = {
    ...options,
    regions: options.regions ?? [],
    endpoint: server.endpoint,
    slice,
    addresses,
    accountOf: (id: string) => accounts.get(id),
  };
  accounts.set(ACCOUNT_ID, openAccount({ ...shared, id: ACCOUNT_ID, more: options.services }));
  for (const id of options.accounts ?? []) accounts.set(id, openAccount({ ...shared, id }));
  const all = [...accounts.values()];
  for (const one of all.flatMap((account) => account.all)) if (one.stop) undo.push(() => one.stop!());
  for (const one of all.flatMap((account) => account.all)) await one.start?.();
  const account = accounts.get(ACCOUNT_ID)!;
  const own = account.places.get(REGION)!;
  server.serve(
    createEndpoint({
      models: modelsOf(own.services),
      passthrough: [own.standard.dynamodb],
      ...routeByPlace(all),
      log,
    }),
  );
  const placeOf = (id: string, region: string) => standingIn(accounts.get(id)!.places.get(region)!);
  const rootCredentials = account.access.credentialsOf("root");
  const { askedBy } = account.access;
  const { endpoint } = server;
  const ownerOf = (id: string) => accounts.get(id)!.access.credentialsOf("root");
  return {
    endpoint,
    rootCredentials,
    ownerOf,
    ...standingIn(own),
    placeOf,
    askedBy,
  };
}

function standingIn({ platform, standard }: Place): Standing {
  const { machines, balancer, lambda, containers } = standard;
  return { platform, machines, balancer, lambda, containers };
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
