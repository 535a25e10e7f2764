// The builds of a sandbox: kept on disk, run beside each other, cut short by a time-out, by StopBuild or by the end of
// the sandbox. One that a killed sandbox left under way has failed when the next one starts.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openDocuments } from "../ground/documents.ts";
import type { Platform } from "../platform.ts";
import type { Build } from "./model.ts";
import { type Cut, runBuild } from "./run-build.ts";
import { workspaceOf, writeStandIns } from "./workspace.ts";

export type Builds = {
  get(id: string): Build | undefined;
  /** The oldest first. */
  list(): Build[];
  start(build: Build): void;
  cut(id: string, cut: Cut): void;
  resume(): void;
  stop(): Promise<void>;
};

const KEPT_PER_PROJECT = 200;
const MINUTE_MS = 60_000;

export function openBuilds(platform: Platform, registryUrl: string): Builds {
  const documents = openDocuments<Build>(join(platform.directory, "codebuild", "builds"));
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  const list = () => documents.list().sort((a, b) => a.startTime - b.startTime || a.number - b.number);

  function start(build: Build): void {
    documents.set(build.id, build);
    prune(build.project);
    const controller = new AbortController();
    const { timeoutInMinutes } = build;
    const timedOut: Cut = { status: "TIMED_OUT", message: "Build has timed out." };
    const timer = setTimeout(() => controller.abort(timedOut), timeoutInMinutes * MINUTE_MS);
    const save = (changed: Build) => documents.set(changed.id, changed);
    const { signal } = controller;
    const done = runBuild({ platform, registryUrl, build, save, signal }).finally(() => {
      clearTimeout(timer);
      running.delete(build.id);
    });
    running.set(build.id, { controller, done });
  }

  function prune(project: string): void {
    const ended = list().filter((build) => build.project === project && build.status !== "IN_PROGRESS");
    for (const build of ended.slice(0, Math.max(0, ended.length - KEPT_PER_PROJECT))) {
      documents.delete(build.id);
      rmSync(workspaceOf(platform, build).log, { force: true });
    }
  }

  function resume(): void {
    writeStandIns(platform);
    rmSync(join(platform.directory, "codebuild", "work"), { recursive: true, force: true });
    for (const build of list())
      if (build.status === "IN_PROGRESS") documents.set(build.id, asFailed(build, platform.now()));
  }

  return {
    get: documents.get,
    list,
    start,
    cut: (id, cut) => running.get(id)?.controller.abort(cut),
    resume,
    async stop() {
      for (const { controller } of running.values())
        controller.abort({ status: "FAILED", message: "The sandbox was stopped." } satisfies Cut);
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function asFailed(build: Build, now: number): Build {
  const contexts = [
    { statusCode: "INTERNAL_ERROR", message: "The sandbox ended while the build was running." },
  ];
  const phases = build.phases.map((phase) =>
    phase.endTime === undefined
      ? { ...phase, endTime: now, phaseStatus: "FAILED" as const, contexts }
      : phase,
  );
  const completed = { phaseType: "COMPLETED" as const, startTime: now };
  return { ...build, status: "FAILED", endTime: now, phases: [...phases, completed] };
}
