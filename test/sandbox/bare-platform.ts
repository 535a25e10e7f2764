// A platform without the other services, for tests that call handlers directly: addresses of its own, and nothing else.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Platform, Service } from "#sandbox/platform.ts";

let nextBlock = process.pid % 200;

/** With `before` it is the same sandbox after a restart: the same directory and addresses. */
export function barePlatform(before?: Platform, settings: Partial<Platform> = {}): Platform {
  const block = before?.address(0) ?? `127.${100 + Math.floor(Math.random() * 100)}.${nextBlock++ % 250}.0`;
  const numbers = before ? numbersOf(before) : new Map<string, number>();
  const platform: Platform = {
    accountId: "000000000000",
    region: "us-east-1",
    directory: before?.directory ?? aDirectory(),
    endpoint: "http://127.0.0.1:1",
    timeScale: 1,
    now: () => Date.now(),
    log: () => {},
    address: (n) => block.replace(/\.\d+$/, `.${n}`),
    addressFor: (key) => {
      if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
      return platform.address(numbers.get(key)!);
    },
    call: () => Promise.reject(new Error("There are no other services here.")),
    allows: () => true,
    credentialsOf: () => ({ accessKeyId: "", secretAccessKey: "" }),
    emit: () => {},
    machineAddresses: new Map(),
    serverCertificates: new Map(),
    ...settings,
  };
  NUMBERS.set(platform, numbers);
  return platform;
}

const directories: string[] = [];
process.once("exit", () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "bare-platform-"));
  directories.push(directory);
  return directory;
}

const NUMBERS = new WeakMap<Platform, Map<string, number>>();

function numbersOf(platform: Platform): Map<string, number> {
  return NUMBERS.get(platform) ?? new Map();
}

/** Calls an operation as the sandbox's owner. */
export async function call(
  service: Service,
  operation: string,
  input: unknown,
): Promise<Record<string, unknown>> {
  const handler = service.handlers[operation];
  if (!handler) throw new Error(`${service.name} has no ${operation}`);
  return (await handler(input, { principal: "root" })) as Record<string, unknown>;
}
