// Names and ARNs: how what exists here is called, and how a caller may call it.
import { randomBytes } from "node:crypto";
import type { Platform } from "../platform.ts";
import { invalid } from "./faults.ts";

type Place = Pick<Platform, "region" | "accountId">;

export function arnOf({ region, accountId }: Place, kind: string, ...parts: (string | number)[]): string {
  return `arn:aws:ecs:${region}:${accountId}:${[kind, ...parts].join("/")}`;
}

/** The last part of an ARN, or the name itself. */
export function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

/** Tasks and container instances: 32 hexadecimal digits. */
export const newId = () => randomBytes(16).toString("hex");

/** Deployments and service revisions: 19 decimal digits. */
export function newNumber(): string {
  const digits = (randomBytes(8).readBigUInt64BE() % 9_000_000_000_000_000_000n) + 1_000_000_000_000_000_000n;
  return String(digits);
}

/** API reference: up to 255 letters, digits, underscores and hyphens. */
export function checkName(name: string | undefined, what: string): string {
  if (!name || !/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw invalid(
      `${what} name '${name}' may have up to 255 letters, numbers, underscores and hyphens only.`,
    );
  return name;
}
