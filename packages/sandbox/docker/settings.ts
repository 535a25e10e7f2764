// Instructions that only set something in the image's configuration: each answers what changes. Reference: the
// Dockerfile reference's section of each instruction.
import { posix } from "node:path";
import type { ContainerConfig, Healthcheck } from "./image.ts";
import { execForm } from "./words.ts";

export type Words = (text: string) => string[];

const SHELL = ["/bin/sh", "-c"];
const NANOSECONDS: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Exec form as it is, shell form by a shell. */
export function commandOf(text: string): string[] {
  return execForm(text) ?? [...SHELL, text];
}

export function workingDirectory(config: ContainerConfig, text: string): string {
  return posix.resolve(config.WorkingDir ?? "/", text).replace(/(.)\/$/, "$1");
}

/** `NAME=value NAME=value`, or `NAME value` with all of the rest. */
export function pairsOf(text: string, words: Words): [string, string][] {
  const legacy = /^([A-Za-z_][\w.-]*)\s+(.+)$/s.exec(text);
  if (legacy && !text.split(/\s/)[0]!.includes("=")) return [[legacy[1]!, words(legacy[2]!).join(" ")]];
  return words(text).map((word) => {
    const cut = word.indexOf("=");
    if (cut < 1) throw new Error(`"${word}" is not NAME=value`);
    return [word.slice(0, cut), word.slice(cut + 1)];
  });
}

export function withEnv(config: ContainerConfig, pairs: [string, string][]): string[] {
  const env = new Map(config.Env.map((one) => [one.slice(0, one.indexOf("=")), one]));
  for (const [name, value] of pairs) env.set(name, `${name}=${value}`);
  return [...env.values()];
}

export function portsOf(words: string[]): Record<string, object> {
  return Object.fromEntries(
    words.map((word) => {
      const [, port, protocol = "tcp"] = /^(\d+)(?:\/(tcp|udp|sctp))?$/.exec(word) ?? [];
      if (!port || Number(port) < 1 || Number(port) > 65_535) throw new Error(`"${word}" is not a port`);
      return [`${port}/${protocol}`, {}];
    }),
  );
}

export function healthcheckOf(flags: Record<string, string>, text: string): Healthcheck {
  if (text === "NONE") return { Test: ["NONE"] };
  const command = /^CMD\s+(.+)$/is.exec(text)?.[1];
  if (!command) throw new Error('needs "CMD …" or "NONE"');
  const exec = execForm(command);
  return {
    Test: exec ? ["CMD", ...exec] : ["CMD-SHELL", command],
    Interval: duration(flags.interval),
    Timeout: duration(flags.timeout),
    StartPeriod: duration(flags["start-period"]),
    StartInterval: duration(flags["start-interval"]),
    Retries: flags.retries === undefined ? undefined : Number(flags.retries),
  };
}

/** Go's notation: `1m30s`, `500ms`. */
function duration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text)
    throw new Error(`"${text}" is not a duration such as 30s`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * NANOSECONDS[unit!]!, 0);
}
