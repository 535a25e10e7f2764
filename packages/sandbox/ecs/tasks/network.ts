// The network interface of a task: a loopback address of its own. Addresses are given in turn, so that the address of
// a task that has just ended is not at once somebody else's.
import { randomBytes, randomUUID } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "../model.ts";
import type { State } from "../state.ts";

const ADDRESSES = 4_000;

type Interface = Pick<Task, "addressNumber" | "address" | "attachmentId" | "interfaceId" | "credentialsId">;

export function newInterface(state: State): Interface {
  const tasks = [...state.tasks.values()];
  const taken = new Set(
    tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED").map((task) => task.addressNumber),
  );
  const latest = tasks.reduce((last, task) => (task.createdAt >= last.createdAt ? task : last), tasks[0]!);
  let number = ((latest?.addressNumber ?? 0) % ADDRESSES) + 1;
  for (let tries = 0; taken.has(number); tries++) {
    if (tries === ADDRESSES) throw new Error("the sandbox has given away all addresses of tasks");
    number = (number % ADDRESSES) + 1;
  }
  return {
    addressNumber: number,
    address: state.platform.addressFor(`ecs/interface/${number}`),
    attachmentId: randomUUID(),
    credentialsId: randomUUID(),
    interfaceId: `eni-${randomBytes(8).toString("hex")}0`.slice(0, 21),
  };
}

const PORT_MILLISECONDS = 4_000;
const POLL_MILLISECONDS = 10;

/**
 * Waits a moment for a port to be open. AWS does not; but there, seconds pass before the first health check, and here
 * it would come before the process listens, and the next one only a whole interval later.
 */
export async function waitForPort(
  address: string,
  port: number,
  given: { up: () => boolean },
): Promise<void> {
  const until = performance.now() + PORT_MILLISECONDS;
  while (given.up() && performance.now() < until) {
    if (await isOpen(address, port)) return;
    await sleep(POLL_MILLISECONDS);
  }
}

function isOpen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 500 });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
    socket.once("timeout", () => answer(false));
  });
}
