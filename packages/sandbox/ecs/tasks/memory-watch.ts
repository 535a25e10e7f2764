// The memory limits, enforced for real: a few times a second the resident memory of each process group is added up, and
// a group over its limit is killed as the kernel would kill a container.
import { readdirSync, readFileSync } from "node:fs";
import type { State } from "../state.ts";
import { memoryMib } from "../task-definition-checks.ts";
import type { LiveContainer, LiveTask } from "./live-task.ts";

const WATCH_MILLISECONDS = 200;
const PAGE_BYTES = 4_096;
const MIB = 1_024 * 1_024;

/** Answers what ends the watch. */
export function watchMemory(state: State): () => void {
  const timer = setInterval(() => {
    const live = [...state.live.values()].filter(({ containers }) => containers.length > 0);
    if (live.length === 0) return;
    const used = residentMibByGroup();
    for (const one of live) enforce(one, used);
  }, WATCH_MILLISECONDS);
  timer.unref();
  return () => clearInterval(timer);
}

function enforce({ containers, definition }: LiveTask, used: Map<number, number>): void {
  const of = ({ group }: LiveContainer) => used.get(group.pid) ?? 0;
  for (const container of containers)
    if (of(container) > (container.memoryLimitMib ?? Number.POSITIVE_INFINITY)) kill(container);
  const limit = memoryMib(definition.input.memory) ?? Number.POSITIVE_INFINITY;
  const total = containers.reduce((sum, container) => sum + of(container), 0);
  if (total > limit) kill([...containers].sort((a, b) => of(b) - of(a))[0]!);
}

function kill(container: LiveContainer): void {
  if (container.record.lastStatus === "STOPPED") return;
  container.outOfMemory = true;
  container.group.signal("SIGKILL");
}

/** proc_pid_stat(5): group is the 5th field, resident pages the 24th; both are counted after the name in parentheses. */
function residentMibByGroup(): Map<number, number> {
  const used = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const group = Number(fields[2]);
    used.set(group, (used.get(group) ?? 0) + (Number(fields[21]) * PAGE_BYTES) / MIB);
  }
  return used;
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}
