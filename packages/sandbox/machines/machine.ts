// A machine: a directory, a loopback address and the real processes in it. What a machine is used for (a managed host,
// an instance, a task) is decided elsewhere. Nothing that it started outlives `stop`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Reply, refused } from "./command-reply.ts";
import { DISK_COMMANDS, diskCommand } from "./disk-commands.ts";
import { createDisks, type Disks } from "./disks.ts";
import { type MachineFacts, machineEnvironment } from "./environment.ts";
import { killMarked, type Launch, launch, type ProcessGroup } from "./process-group.ts";
import { createServiceManager } from "./service-manager.ts";
import { linkStandIns } from "./stand-ins.ts";
import { systemctl } from "./systemctl.ts";
import { journalctl } from "./systemctl-show.ts";

export type Machine = MachineFacts & {
  /** Beside its own directory. They stay plugged over a reboot and a restart of the sandbox; mounts do not. */
  disks: Disks;
  /** Starts its enabled units. */
  boot(): Promise<void>;
  /** Ends everything: SIGTERM, after 2 s SIGKILL. It may be booted again. */
  stop(): Promise<void>;
  /** The same without looking for processes that left their group; whoever stops many looks once for all. */
  stopGroups(): Promise<void>;
  reboot(): Promise<void>;
  /** A process in the machine, with its environment; ended with the machine. */
  spawn(
    launch: Pick<Launch, "argv" | "stdio"> & { cwd?: string; env?: Record<string, string> },
  ): Promise<ProcessGroup>;
  /** What a stand-in on the machine asks. */
  ask(command: string, cwd: string, args: string[]): Promise<Reply>;
};

export const STOP_GRACE_MILLISECONDS = 2_000;

export function createMachine(facts: MachineFacts): Machine {
  prepareDirectory(facts.directory);
  const manager = createServiceManager(facts);
  const disks = createDisks(facts.directory);
  const groups = new Set<ProcessGroup>();

  const spawn: Machine["spawn"] = async ({ argv, stdio, cwd, env }) => {
    const group = await launch({
      argv,
      stdio,
      cwd: cwd ?? facts.directory,
      env: { ...machineEnvironment(facts), ...env },
    });
    groups.add(group);
    // What a command left running in the background stays in the set, to be ended with the machine.
    void group.exited.then(() => {
      if (!group.alive()) groups.delete(group);
    });
    return group;
  };

  async function stopGroups(): Promise<void> {
    await Promise.all([
      manager.halt(STOP_GRACE_MILLISECONDS),
      ...[...groups].map((group) => group.end("SIGTERM", STOP_GRACE_MILLISECONDS)),
    ]);
    groups.clear();
    disks.unmountAll();
  }

  async function stop(): Promise<void> {
    await stopGroups();
    killMarked([`SANDBOX_DIRECTORY=${facts.sandboxDirectory}`, `SANDBOX_MACHINE=${facts.id}`]);
  }

  async function boot(): Promise<void> {
    // Of a sandbox that was killed.
    disks.unmountAll();
    await manager.boot();
  }

  async function reboot(): Promise<void> {
    await stop();
    await boot();
  }

  async function ask(command: string, cwd: string, args: string[]): Promise<Reply> {
    if (command === "systemctl") return systemctl(manager, cwd, args);
    if (command === "journalctl") return journalctl(manager, args);
    if (DISK_COMMANDS.includes(command)) return diskCommand(command, { disks, cwd, args });
    if (command !== "reboot") return refused(`${command}: not available on a sandbox machine`);
    reboot().catch((error: Error) => manager.journal("reboot").write("systemd[1]", error.message));
    return { code: 0, stdout: "", stderr: "" };
  }

  return { ...facts, disks, boot, stop, stopGroups, reboot, spawn, ask };
}

function prepareDirectory(directory: string): void {
  mkdirSync(join(directory, "tmp"), { recursive: true });
  // So that a `"type": "module"` of a folder above never reaches what runs here.
  writeFileSync(join(directory, "package.json"), "{}\n");
  linkStandIns(directory);
}
