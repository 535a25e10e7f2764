// The machines of the sandbox: who there is, persisted, and the machine of each. Whoever needs a host, an instance or a
// task's place asks here, so that every machine has one directory, one address and one end.
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type JsonFile, jsonFile } from "../json-file.ts";
import type { Platform } from "../platform.ts";
import { refused } from "./command-reply.ts";
import { openControl } from "./control.ts";
import { createMachine, type Machine } from "./machine.ts";
import { killMarked } from "./process-group.ts";
import { writeStandIns } from "./stand-ins.ts";

export type MachineRecord = {
  id: string;
  name: string;
  tags: Record<string, string>;
  /** `false`: unplugged. The agent does not answer, what runs on the machine runs on. */
  online: boolean;
  /** `false`: powered off. */
  running: boolean;
  registeredAt: number;
  lastSeenAt: number;
};

export type MachineRequest = { id: string; name: string; tags: Record<string, string> };

export type Fleet = {
  records(): MachineRecord[];
  record(id: string): MachineRecord | undefined;
  /** Throws where there is none. */
  machine(id: string): Machine;
  /** Where its directory is or will be: what is put there before `ensure` is there when it boots. */
  directoryOf(id: string): string;
  /** Makes it, or renames and retags it, and powers it on. Idempotent. */
  ensure(request: MachineRequest): Promise<Machine>;
  change(id: string, part: Partial<Omit<MachineRecord, "id">>): Promise<void>;
  powerOff(id: string): Promise<void>;
  /** Ends it and deletes its directory. Nothing there is fine. */
  remove(id: string): Promise<void>;
  /** Boots what was running before, all at once. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

type Yard = {
  platform: Platform;
  sandboxDirectory: string;
  directory: string;
  file: JsonFile<MachineRecord[]>;
  records: Map<string, MachineRecord>;
  machines: Map<string, Machine>;
  /** Ends what is left when the process exits without a stop: an uncaught error, `process.exit`. */
  atExit: () => void;
  /** Resolves to what closes the control socket; it comes with the first machine. */
  control: Promise<() => Promise<void>> | undefined;
};

export function createFleet(platform: Platform): Fleet {
  const sandboxDirectory = resolve(platform.directory);
  const file = jsonFile<MachineRecord[]>(join(sandboxDirectory, "ssm", "machines.json"));
  const yard: Yard = {
    platform,
    sandboxDirectory,
    directory: join(sandboxDirectory, "machines"),
    file,
    records: new Map((file.read() ?? []).map((record) => [record.id, record])),
    machines: new Map(),
    atExit: () => killLeftovers(sandboxDirectory),
    control: undefined,
  };
  return {
    records: () => [...yard.records.values()],
    record: (id) => yard.records.get(id),
    machine: (id) => machineOf(yard, id),
    directoryOf: (id) => join(yard.directory, id),
    ensure: (request) => ensure(yard, request),
    change: (id, part) => change(yard, id, part),
    powerOff: async (id) => {
      await change(yard, id, { running: false });
      await machineOf(yard, id).stop();
    },
    remove: (id) => remove(yard, id),
    start: () => start(yard),
    stop: () => stop(yard),
  };
}

function save(yard: Yard): Promise<void> {
  return yard.file.save(() => [...yard.records.values()]);
}

async function openYard(yard: Yard): Promise<() => Promise<void>> {
  mkdirSync(yard.directory, { recursive: true, mode: 0o700 });
  writeStandIns(yard.directory);
  process.once("exit", yard.atExit);
  return openControl(yard.directory, async (id, command, cwd, args) => {
    const machine = yard.machines.get(id);
    return machine
      ? machine.ask(command, cwd, args)
      : refused(`${command}: the sandbox has no machine ${id}`);
  });
}

function machineOf(yard: Yard, id: string): Machine {
  const known = yard.machines.get(id);
  if (known) return known;
  if (!yard.records.has(id)) throw new Error(`There is no machine ${id}.`);
  const { sandboxDirectory } = yard;
  const { endpoint } = yard.platform;
  const address = yard.platform.addressFor(`machine/${id}`);
  const made = createMachine({
    id,
    address,
    directory: join(yard.directory, id),
    sandboxDirectory,
    endpoint,
  });
  yard.machines.set(id, made);
  yard.platform.machineAddresses.set(id, address);
  return made;
}

async function ensure(yard: Yard, { id, name, tags }: MachineRequest): Promise<Machine> {
  if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(id)) throw new Error(`"${id}" is not a machine's id.`);
  yard.control ??= openYard(yard);
  await yard.control;
  const now = yard.platform.now();
  const before = yard.records.get(id);
  const seen = { registeredAt: before?.registeredAt ?? now, lastSeenAt: now };
  yard.records.set(id, { id, name, tags, online: true, running: true, ...seen });
  const made = machineOf(yard, id);
  if (before && !before.running) await made.boot();
  await save(yard);
  return made;
}

async function change(yard: Yard, id: string, part: Partial<MachineRecord>): Promise<void> {
  const before = yard.records.get(id);
  if (!before) throw new Error(`There is no machine ${id}.`);
  yard.records.set(id, { ...before, ...part });
  await save(yard);
}

async function remove(yard: Yard, id: string): Promise<void> {
  if (!yard.records.has(id)) return;
  await machineOf(yard, id).stop();
  yard.records.delete(id);
  yard.machines.delete(id);
  yard.platform.machineAddresses.delete(id);
  rmSync(join(yard.directory, id), { recursive: true, force: true });
  await save(yard);
}

async function start(yard: Yard): Promise<void> {
  yard.control ??= openYard(yard);
  await yard.control;
  const running = [...yard.records.values()].filter((record) => record.running);
  await Promise.all(running.map((record) => machineOf(yard, record.id).boot()));
}

async function stop(yard: Yard): Promise<void> {
  await Promise.all([...yard.machines.values()].map((machine) => machine.stopGroups()));
  if (yard.machines.size > 0) killLeftovers(yard.sandboxDirectory);
  process.off("exit", yard.atExit);
  const close = await yard.control?.catch(() => undefined);
  yard.control = undefined;
  await close?.();
  await save(yard);
}

/** What left its process group is found by its environment. */
function killLeftovers(sandboxDirectory: string): void {
  killMarked([`SANDBOX_DIRECTORY=${sandboxDirectory}`, "SANDBOX_MACHINE="]);
}
