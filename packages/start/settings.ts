// What `npm start` and `npm run demo` read from the environment and the command line, checked once.
import { resolve } from "node:path";
import { type AccessSettings, accessSettings } from "#infra/access-settings.ts";

export type Settings = {
  port: number;
  awsPort: number;
  directory: string;
  timeScale: number;
  servers: number;
  fresh: boolean;
  token: string | undefined;
  /** Ids of further accounts, in which targets may live. */
  accounts?: string[];
  /** Further regions, in which targets may live. */
  regions?: string[];
  /** Of the API; its own defaults where nothing is said. */
  access?: AccessSettings;
};

/** Throws a sentence that names the variable and what is allowed. */
export function readSettings(env: NodeJS.ProcessEnv, args: string[]): Settings {
  const unknown = args.filter((arg) => arg !== "--fresh");
  if (unknown.length > 0) throw new Error(`${unknown[0]}: unknown; only --fresh is allowed`);
  return {
    ...ports(env),
    directory: resolve(env.SANDBOX_DIR || ".sandbox"),
    timeScale: positive(env, "SANDBOX_TIME_SCALE", 1),
    servers: integer(env, "SANDBOX_SERVERS", 3, 0, 200),
    fresh: args.includes("--fresh"),
    token: env.TUTTI_TOKEN || undefined,
    accounts: list(env.SANDBOX_ACCOUNTS),
    regions: list(env.SANDBOX_REGIONS),
    access: accessSettings(env),
  };
}

function list(text = ""): string[] {
  return text.split(",").filter((one) => one !== "");
}

function ports(env: NodeJS.ProcessEnv): Pick<Settings, "port" | "awsPort"> {
  const port = integer(env, "PORT", 4000, 0, 65_535);
  const awsPort = integer(env, "SANDBOX_AWS_PORT", 4566, 0, 65_535);
  if (port === awsPort && port !== 0)
    throw new Error(`PORT and SANDBOX_AWS_PORT are both ${port}: each needs a port of its own`);
  return { port, awsPort };
}

function integer(env: NodeJS.ProcessEnv, name: string, fallback: number, from: number, to: number): number {
  const value = env[name] ? Number(env[name]) : fallback;
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new Error(`${name}: "${env[name]}" is not a whole number from ${from} to ${to}`);
}

function positive(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = env[name] ? Number(env[name]) : fallback;
  if (value > 0 && value <= 10_000) return value;
  throw new Error(`${name}: "${env[name]}" is not a number above 0 and up to 10000`);
}
