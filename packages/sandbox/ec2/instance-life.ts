// The life of an instance: pending, running, stopping, stopped, shutting-down, terminated, each state real work on its
// machine. The steps of one instance come one after the other; each looks at the state again before it begins, so that
// a later wish (terminate while it boots) wins.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { furnish } from "./image-files.ts";
import type { InstanceRecord } from "./model.ts";
import { changeInstance, type State } from "./state.ts";
import { consoleOf, runUserData } from "./user-data.ts";
import { releaseVolumesOf } from "./volumes.ts";

/** Terminated instances stay visible for about an hour (EC2 user guide, "Terminate Amazon EC2 instances"). */
const TERMINATED_VISIBLE_MILLISECONDS = 3_600_000;

/** A step that fails is logged: the sandbox goes on. Resolves when it is over. */
export function transition(state: State, id: string, step: () => Promise<void>): Promise<void> {
  const done = (state.transitions.get(id) ?? Promise.resolve())
    .then(() => (state.stopping ? undefined : step()))
    .catch((error: Error) => state.platform.log(`ec2: ${id}: ${error.stack ?? error}`));
  state.transitions.set(id, done);
  void done.then(() => {
    if (state.transitions.get(id) === done) state.transitions.delete(id);
  });
  return done;
}

/** For an instance that is pending: makes its machine from its image, where there is none yet, and boots it. */
export function boot(state: State, id: string): void {
  void transition(state, id, async () => {
    const instance = state.instances.get(id);
    if (instance?.state !== "pending") return;
    try {
      await powerOn(state, instance);
    } catch (error) {
      await fail(state, instance, error as Error);
    }
  });
}

async function powerOn(state: State, instance: InstanceRecord): Promise<void> {
  const { id, imageId, tags } = instance;
  const { machines, platform } = state;
  const known = machines.fleet.record(id);
  if (!known) {
    const image = state.images.get(imageId);
    if (!image) throw new Error(`The image ${imageId} was deregistered.`);
    await furnish(machineDirectory(state, id), imageDirectory(state, imageId), image.origin);
  } else if (!known.running) await machines.fleet.change(id, { running: true });
  const { address } = await machines.ensure({ id, name: tags.Name ?? id, tags });
  platform.machineAddresses.set(id, address);
  await state.metadata.open(instance, address, () => state.instances.get(id)?.tags ?? {});
  // Whoever terminated it meanwhile comes next.
  if (state.instances.get(id)?.state === "pending") changeInstance(state, id, { state: "running" });
  bootMachine(state, id);
}

/** Units and user data start side by side, and nobody waits for them: the instance is running when it boots. */
function bootMachine(state: State, id: string): void {
  const machine = state.machines.fleet.machine(id);
  machine.boot().catch((error: Error) => state.platform.log(`ec2: ${id}: ${error.message}`));
  startUserData(state, id);
}

/** Until its script has ended it is run again when a killed sandbox comes back; not after a stop or a reboot. */
export function startUserData(state: State, id: string): void {
  const { userData, userDataDone } = state.instances.get(id)!;
  if (!userData || userDataDone) return;
  runUserData(state.machines.fleet.machine(id), userData)
    .then(() => {
      if (!state.stopping && state.instances.get(id)) changeInstance(state, id, { userDataDone: true });
    })
    .catch((error: Error) => state.platform.log(`ec2: ${id}: user data: ${error.message}`));
}

async function fail(state: State, { id }: InstanceRecord, error: Error): Promise<void> {
  state.platform.log(`ec2: ${id} failed to launch: ${error.stack ?? error}`);
  await state.machines.remove(id);
  await releaseVolumesOf(state, id);
  const message = `Server.InternalError: Internal error on launch: ${error.message}`;
  changeInstance(state, id, {
    state: "terminated",
    terminatedAt: state.platform.now(),
    reason: { code: "Server.InternalError", message },
  });
}

export function stop(state: State, id: string): void {
  void transition(state, id, async () => {
    if (state.instances.get(id)?.state !== "stopping") return;
    if (state.machines.fleet.record(id)) await state.machines.stop(id);
    state.metadata.close(id);
    state.platform.machineAddresses.delete(id);
    if (state.instances.get(id)?.state === "stopping") changeInstance(state, id, { state: "stopped" });
  });
}

export function reboot(state: State, id: string): Promise<void> {
  return transition(state, id, async () => {
    if (state.instances.get(id)?.state === "running") await state.machines.fleet.machine(id).reboot();
  });
}

export function terminate(state: State, id: string): void {
  void transition(state, id, async () => {
    if (state.instances.get(id)?.state !== "shutting-down") return;
    keepConsole(state, id);
    await state.machines.remove(id);
    state.metadata.close(id);
    await releaseVolumesOf(state, id);
    changeInstance(state, id, { state: "terminated", terminatedAt: state.platform.now() });
  });
}

/** What was terminated long ago is forgotten. */
export function forgetTerminated(state: State): void {
  const until = state.platform.now() - TERMINATED_VISIBLE_MILLISECONDS;
  for (const { id, terminatedAt } of state.instances.list()) {
    if (terminatedAt === undefined || terminatedAt >= until) continue;
    state.instances.delete(id);
    rmSync(consolePath(state, id), { force: true });
  }
}

/** After a restart: those that run are booted already (machines/fleet.ts), the others carry on. */
export function resume(state: State): void {
  for (const { id, state: now } of state.instances.list()) {
    if (now === "pending") boot(state, id);
    else if (now === "stopping") stop(state, id);
    else if (now === "shutting-down") terminate(state, id);
    else if (now === "stopped") state.platform.machineAddresses.delete(id);
    else if (now === "running") void transition(state, id, () => resumeRunning(state, id));
  }
}

async function resumeRunning(state: State, id: string): Promise<void> {
  const instance = state.instances.get(id);
  if (instance?.state !== "running") return;
  if (state.machines.fleet.record(id)) {
    const { address } = state.machines.fleet.machine(id);
    await state.metadata.open(instance, address, () => state.instances.get(id)?.tags ?? {});
    startUserData(state, id);
    return;
  }
  const message = "Server.InternalError: The machine of the instance is gone.";
  const reason = { code: "Server.InternalError", message };
  await releaseVolumesOf(state, id);
  changeInstance(state, id, { state: "terminated", terminatedAt: state.platform.now(), reason });
}

function keepConsole(state: State, id: string): void {
  const output = consoleOf(machineDirectory(state, id));
  if (output.length === 0) return;
  mkdirSync(join(state.directory, "console"), { recursive: true });
  writeFileSync(consolePath(state, id), output);
}

/** Where the console output of a terminated instance is. */
export function consolePath(state: State, id: string): string {
  return join(state.directory, "console", `${id}.log`);
}

export function machineDirectory(state: State, id: string): string {
  return state.machines.fleet.directoryOf(id);
}

export function imageDirectory(state: State, id: string): string {
  return join(state.directory, "image-files", id);
}
