// systemctl(1) for a machine of the sandbox: the verbs that scripts use on services, with systemd's words and exit
// statuses (LSB: 3 not running, 4 no such unit, 5 not found on start). What is missing is refused, never ignored.
import { DONE, printed, type Reply, refused, together } from "./command-reply.ts";
import type { ServiceManager } from "./service-manager.ts";
import { readOptions } from "./systemctl-options.ts";
import { showUnit, statusOfUnit } from "./systemctl-show.ts";
import { signalName } from "./unit-values.ts";

const KNOWN = {
  aliases: {
    p: "property",
    q: "quiet",
    s: "signal",
    n: "lines",
    l: "full",
    f: "force",
    a: "all",
    o: "output",
  },
  flags:
    "now quiet no-pager full force all system no-block no-ask-password no-legend plain value no-reload".split(
      " ",
    ),
  valued: ["property", "signal", "lines", "output", "kill-who", "kill-whom"],
};

type Request = {
  manager: ServiceManager;
  names: string[];
  quiet: boolean;
  now: boolean;
  value(name: string): string[];
  flag(name: string): boolean;
};

type Verb = (request: Request) => Reply | Promise<Reply>;

export async function systemctl(manager: ServiceManager, cwd: string, args: string[]): Promise<Reply> {
  if (args[0] === "--version") return printed("systemd 257 (sandbox)");
  try {
    const { flags, values, words } = readOptions(args, KNOWN);
    const [word = "", ...rest] = words;
    const verb = VERBS[word];
    if (!verb) return refused(`systemctl: '${word}' is not available on a sandbox machine.`);
    const names = rest.map((name) => unitName(name, cwd));
    if (names.length === 0 && !WITHOUT_UNITS.has(word)) return refused("Too few arguments.");
    return await verb({
      manager,
      names,
      quiet: flags.has("quiet"),
      now: flags.has("now"),
      flag: (name) => flags.has(name),
      value: (name) => values.get(name) ?? [],
    });
  } catch (error) {
    return refused(`systemctl: ${(error as Error).message}`);
  }
}

/** `web` is `web.service`; a path stays a path, made absolute. */
function unitName(word: string, cwd: string): string {
  if (word.includes("/")) return word.startsWith("/") ? word : `${cwd}/${word.replace(/^\.\//, "")}`;
  return /\.[a-z]+$/.test(word) ? word : `${word}.service`;
}

const each =
  (act: (request: Request, name: string) => Reply | Promise<Reply>): Verb =>
  async (request) =>
    together(await Promise.all(request.names.map((name) => act(request, name))));

async function startUnit({ manager }: Request, name: string, restart = false): Promise<Reply> {
  if (!manager.units.find(name))
    return refused(`Failed to ${restart ? "restart" : "start"} ${name}: Unit ${name} not found.`, 5);
  try {
    const unit = manager.unit(name);
    const outcome = await (restart ? unit.restart() : unit.start());
    if (outcome.ok) return DONE;
    return refused(
      `Job for ${name} failed because ${outcome.reason}.\nSee "systemctl status ${name}" and "journalctl -xeu ${name}" for details.`,
    );
  } catch (error) {
    return refused(`Failed to start ${name}: ${(error as Error).message}`);
  }
}

async function stopUnit({ manager }: Request, name: string): Promise<Reply> {
  if (!manager.units.find(name) && !manager.loaded(name))
    return refused(`Failed to stop ${name}: Unit ${name} not loaded.`, 5);
  await manager.unit(name).stop();
  return DONE;
}

async function enableUnit(request: Request, word: string): Promise<Reply> {
  const { manager } = request;
  const name = word.includes("/") ? manager.units.link(word) : word;
  if (!manager.units.find(name)) return refused(`Failed to enable unit: Unit ${name} does not exist`);
  const links = manager.units.enable(name);
  const warnings = manager.reload();
  const told = links.map((path) => `Created symlink '${path}' → '${manager.units.find(name)}'.`);
  const linked = {
    ...DONE,
    stderr: request.quiet ? "" : [...told, ...warnings].map((line) => `${line}\n`).join(""),
  };
  return request.now ? together([linked, await startUnit(request, name)]) : linked;
}

async function disableUnit(request: Request, name: string): Promise<Reply> {
  const { manager } = request;
  if (!manager.units.find(name) && !manager.loaded(name))
    return refused(`Failed to disable unit: Unit ${name} does not exist`);
  const stopped = request.now ? await stopUnit(request, name) : DONE;
  const told = manager.units.disable(name).map((path) => `Removed '${path}'.\n`);
  return together([stopped, { ...DONE, stderr: request.quiet ? "" : told.join("") }]);
}

function killUnit({ manager, value }: Request, name: string): Reply {
  const signal = signalName(value("signal")[0] ?? "SIGTERM");
  const whom = (value("kill-whom")[0] ?? value("kill-who")[0]) === "main" ? "main" : "all";
  if (manager.loaded(name) && manager.unit(name).kill(signal, whom)) return DONE;
  return refused(`Failed to kill unit ${name}: Unit ${name} is not running.`);
}

function isActive({ manager, quiet }: Request, name: string): Reply {
  const { active } = manager.unit(name).status();
  const code = active === "active" ? 0 : manager.units.find(name) ? 3 : 4;
  return printed(quiet ? "" : active, code);
}

function isFailed({ manager, quiet }: Request, name: string): Reply {
  const { active } = manager.unit(name).status();
  return printed(quiet ? "" : active, active === "failed" ? 0 : 1);
}

function isEnabled({ manager, quiet }: Request, name: string): Reply {
  const state = manager.units.state(name);
  return printed(
    quiet ? "" : state,
    state === "enabled" || state === "static" ? 0 : state === "not-found" ? 4 : 1,
  );
}

const WITHOUT_UNITS = new Set(["daemon-reload", "reset-failed"]);

const VERBS: Record<string, Verb> = {
  start: each((request, name) => startUnit(request, name)),
  stop: each(stopUnit),
  restart: each((request, name) => startUnit(request, name, true)),
  "try-restart": each((request, name) =>
    request.manager.loaded(name) ? startUnit(request, name, true) : DONE,
  ),
  enable: each(enableUnit),
  disable: each(disableUnit),
  link: ({ manager, names, quiet }) => {
    const linked = names.map((path) => manager.units.link(path));
    const warnings = [...manager.reload(), ...linked.flatMap((name) => manager.units.read(name).warnings)];
    return { ...DONE, stderr: quiet ? "" : warnings.map((line) => `${line}\n`).join("") };
  },
  kill: each(killUnit),
  "is-active": each(isActive),
  "is-failed": each(isFailed),
  "is-enabled": each(isEnabled),
  "daemon-reload": ({ manager }) => ({
    ...DONE,
    stderr: manager
      .reload()
      .map((line) => `${line}\n`)
      .join(""),
  }),
  "reset-failed": ({ manager, names }) => {
    for (const name of names.length > 0 ? names : manager.units.enabled()) manager.unit(name).resetFailed();
    return DONE;
  },
  status: each(({ manager, value }, name) => statusOfUnit(manager, name, Number(value("lines")[0] ?? 10))),
  show: each(({ manager, value, flag }, name) => showUnit(manager, name, value("property"), flag("value"))),
  cat: each(({ manager }, name) => {
    const path = manager.units.find(name);
    if (!path) return refused(`No files found for ${name}.`);
    return printed(`# ${path}\n${manager.units.text(name)}`);
  }),
};
