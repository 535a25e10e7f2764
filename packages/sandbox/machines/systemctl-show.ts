// What systemctl tells of a unit: `show` for programs, `status` for people, `journalctl` for what it wrote.
import { printed, type Reply, refused } from "./command-reply.ts";
import type { ServiceManager } from "./service-manager.ts";
import { readOptions } from "./systemctl-options.ts";

export function showUnit(manager: ServiceManager, name: string, wanted: string[], valueOnly: boolean): Reply {
  const all = properties(manager, name);
  const names = wanted.length > 0 ? wanted.flatMap((list) => list.split(",")) : Object.keys(all);
  // As systemd does, a property that does not exist is left out.
  const known = names.filter((property) => property in all);
  return printed(
    known.map((property) => (valueOnly ? all[property] : `${property}=${all[property]}`)).join("\n"),
  );
}

function properties(manager: ServiceManager, name: string): Record<string, string> {
  const path = manager.units.find(name);
  const status = manager.unit(name).status();
  const loaded = describe(manager, name);
  return {
    Id: name,
    Description: loaded.description,
    LoadState: path ? loaded.state : "not-found",
    ActiveState: status.active,
    SubState: status.sub,
    UnitFileState: path ? manager.units.state(name) : "",
    FragmentPath: path ?? "",
    MainPID: String(status.mainPid),
    NRestarts: String(status.restarts),
    Result: status.result,
    ExecMainPID: String(status.mainPid),
    ExecMainCode: String(status.exitCode),
    ExecMainStatus: String(status.exitStatus),
    ExecMainStartTimestamp: timestamp(status.startedAt),
    ExecMainExitTimestamp: timestamp(status.exitedAt),
    ActiveEnterTimestamp: timestamp(status.startedAt),
  };
}

function describe(manager: ServiceManager, name: string): { description: string; state: string } {
  try {
    return { description: manager.units.read(name).description, state: "loaded" };
  } catch {
    return { description: name, state: "bad-setting" };
  }
}

/** systemd.time(7): `Tue 2026-11-24 12:43:44 UTC`; empty where it never happened. */
function timestamp(at: number | undefined): string {
  if (at === undefined) return "";
  const date = new Date(at);
  const iso = date.toISOString();
  return `${date.toUTCString().slice(0, 3)} ${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function statusOfUnit(manager: ServiceManager, name: string, lines: number): Reply {
  const path = manager.units.find(name);
  if (!path && !manager.loaded(name)) return refused(`Unit ${name} could not be found.`, 4);
  const status = manager.unit(name).status();
  const since = timestamp(status.active === "active" ? status.startedAt : status.exitedAt);
  const { description, state } = describe(manager, name);
  const result = status.result === "success" ? "" : ` (Result: ${status.result})`;
  const text = [
    `${status.active === "active" ? "●" : "○"} ${name} - ${description}`,
    `     Loaded: ${state} (${path ?? "gone"}; ${manager.units.state(name)})`,
    `     Active: ${status.active} (${status.sub})${result}${since && ` since ${since}`}`,
    ...(status.mainPid ? [`   Main PID: ${status.mainPid}`] : []),
    "",
    ...manager.journal(name).tail(lines),
  ];
  return printed(text.join("\n"), status.active === "active" ? 0 : 3);
}

const JOURNAL_OPTIONS = {
  aliases: { u: "unit", n: "lines", o: "output", q: "quiet", e: "pager-end", x: "catalog" },
  flags: ["no-pager", "quiet", "pager-end", "catalog", "all", "no-hostname", "no-tail"],
  valued: ["unit", "lines", "output"],
};

/** `journalctl -u UNIT -n LINES --no-pager [-o cat|short]`. */
export function journalctl(manager: ServiceManager, args: string[]): Reply {
  try {
    const { values, words } = readOptions(args, JOURNAL_OPTIONS);
    const unit = values.get("unit")?.at(-1);
    const output = values.get("output")?.at(-1) ?? "short";
    if (!unit || words.length > 0)
      return refused("journalctl: a sandbox machine answers `-u UNIT [-n LINES]`.");
    if (output !== "short" && output !== "cat")
      return refused(`journalctl: output '${output}' is not available.`);
    const count = values.get("lines")?.at(-1) ?? "all";
    const lines = manager
      .journal(unit.endsWith(".service") ? unit : `${unit}.service`)
      .tail(count === "all" ? Number.MAX_SAFE_INTEGER : Number(count));
    if (lines.length === 0) return printed("-- No entries --");
    return printed(lines.map((line) => (output === "cat" ? withoutPrefix(line) : line)).join("\n"));
  } catch (error) {
    return refused(`journalctl: ${(error as Error).message}`);
  }
}

function withoutPrefix(line: string): string {
  return line.replace(/^\w+ \d+ [\d:]+ \S+ [^:]*: /, "");
}
