// The machines of the sandbox: who there is, persisted, and the machine of each. Whoever needs a host, an instance or a
// task's place asks here, so that every machine has one directory, one address and one end.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { jsonFile } from "../json-file.ts";
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
  machine(id: string): Machine;
  /** Makes it, or renames and retags it, and powers it on. Idempotent. */
  ensure(request: MachineRequest): Promise<Machine>;
  change(id: string, part: Partial<Omit<MachineRecord, "id">>): Promise<void>;
  powerOff(id: string): Promise<void>;
  /** Ends it and deletes its directory. */
  remove(id: string): Promise<void>;
  /** Boots what was running before, all at once. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

export function createFleet(platform: Platform): Fleet {
  const sandboxDirectory = resolve(platform.directory);
  const directory = join(sandboxDirectory, "machines");
  const file = jsonFile<MachineRecord[]>(join(sandboxDirectory, "ssm", "machines.json"));
  const records = new Map((file.read() ?? []).map((record) => [record.id, record]));
  const machines = new Map<string, Machine>();
  let control: Promise<() => Promise<void>> | undefined;
  const save = () => file.save(() => [...records.values()]);

  /** The control socket and the stand-ins come with the first machine. */
  function open(): Promise<unknown> {
    control ??= (async () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeStandIns(directory);
      return openControl(directory, async (id, command, cwd, args) => {
        const machine = machines.get(id);
        return machine
          ? machine.ask(command, cwd, args)
          : refused(`${command}: the sandbox has no machine ${id}`);
      });
    })();
    return control;
  }

  function machine(id: string): Machine {
    const known = machines.get(id);
    if (known) return known;
    if (!records.has(id)) throw new Error(`There is no machine ${id}.`);
    const address = platform.addressFor(`machine/${id}`);
    const made = createMachine({ id, address, directory: join(directory, id), sandboxDirectory });
    machines.set(id, made);
    platform.machineAddresses.set(id, address);
    return made;
  }

  async function ensure({ id, name, tags }: MachineRequest): Promise<Machine> {
    if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(id)) throw new Error(`"${id}" is not a machine's id.`);
    await open();
    const now = platform.now();
    const before = records.get(id);
    records.set(id, {
      registeredAt: now,
      lastSeenAt: now,
      ...before,
      id,
      name,
      tags,
      online: true,
      running: true,
    });
    const made = machine(id);
    if (before && !before.running) await made.boot();
    await save();
    return made;
  }

  async function change(id: string, part: Partial<MachineRecord>): Promise<void> {
    const before = records.get(id);
    if (!before) throw new Error(`There is no machine ${id}.`);
    records.set(id, { ...before, ...part });
    await save();
  }

  async function start(): Promise<void> {
    await open();
    const running = [...records.values()].filter((record) => record.running);
    await Promise.all(running.map((record) => machine(record.id).boot()));
  }

  async function stop(): Promise<void> {
    await Promise.all([...machines.values()].map((one) => one.stopGroups()));
    if (machines.size > 0) killMarked([`SANDBOX_DIRECTORY=${sandboxDirectory}`, "SANDBOX_MACHINE="]);
    const close = await control?.catch(() => undefined);
    control = undefined;
    await close?.();
    await save();
  }

  return {
    records: () => [...records.values()],
    record: (id) => records.get(id),
    machine,
    ensure,
    change,
    powerOff: async (id) => {
      await change(id, { running: false });
      await machine(id).stop();
    },
    remove: async (id) => {
      if (!records.has(id)) return;
      await machine(id).stop();
      records.delete(id);
      machines.delete(id);
      platform.machineAddresses.delete(id);
      if (existsSync(join(directory, id))) rmSync(join(directory, id), { recursive: true, force: true });
      await save();
    },
    start,
    stop,
  };
}
