// What the demo plays with one app: v1, v2 under load, a broken v3 that is rolled back under load, and the loss of a
// replica that is healed under load. Each act says what it expects and gives up on the app when it is not so.
import { join } from "node:path";
import type { Client } from "#client/client.ts";
import type { DeploymentView } from "#client/views.ts";
import { type LoadReport, startLoad } from "./load.ts";
import { applyExample, publishVersion } from "./publish.ts";
import type { Row } from "./table.ts";

export type Stage = {
  client: Client;
  environment: string;
  /** Ends one running copy the hard way, as far as the kind has copies; answers whom, or `null` when it has none. */
  killReplica(app: string, kind: string): Promise<string>;
  /** Whether a copy itself answers, past every balancer. */
  answers(address: string): Promise<boolean>;
  /** Requests of the app that the balancer saw dropped by a dead copy since the start. */
  droppedByDead(app: string): number;
  say(app: string, line: string): void;
};

const REQUESTS_PER_SECOND = 200;
const HEALED_WITHIN_MILLISECONDS = 20_000;
const LOOK_MILLISECONDS = 250;

export async function playApp(stage: Stage, folder: string): Promise<Row> {
  const began = performance.now();
  const { app, kind } = await applyExample(stage.client, folder);
  const row: Row = { app, kind, steps: 0, seconds: 0, sent: 0, failed: 0, dropped: 0, result: "ok" };
  try {
    await publishAll(stage.client, app, folder);
    await playActs(stage, app, kind, row);
  } catch (error) {
    row.result = (error as Error).message;
  }
  row.seconds = (performance.now() - began) / 1000;
  return row;
}

async function publishAll(client: Client, app: string, folder: string): Promise<void> {
  await publishVersion(client, app, join(folder, "v1"), "v1");
  await publishVersion(client, app, join(folder, "v2"), "v2");
  await publishVersion(client, app, join(folder, "v3-broken"), "v3");
}

async function playActs(stage: Stage, app: string, kind: string, row: Row): Promise<void> {
  await deploy(stage, app, "v1", "succeeded", row);
  await underLoad(stage, app, row, () => deploy(stage, app, "v2", "succeeded", row));
  await underLoad(stage, app, row, () => deploy(stage, app, "v3", "rolled_back", row));
  await expectRelease(stage, app, "v2");
  const before = stage.droppedByDead(app);
  const report = await underLoad(stage, app, row, () => loseAndHeal(stage, app, kind));
  row.dropped = Math.min(report.failed, stage.droppedByDead(app) - before);
  row.failed -= row.dropped;
}

async function deploy(stage: Stage, app: string, version: string, expected: string, row: Row): Promise<void> {
  const { client, environment } = stage;
  const started = await client.deployments.create(app, { environment, version });
  let last: DeploymentView = started;
  for await (const { deployment, events } of client.watchDeployment(started.id)) {
    for (const event of events) stage.say(app, event.message);
    last = deployment;
  }
  row.steps += last.steps.filter((step) => step.status !== "skipped").length;
  if (last.status !== expected)
    throw new Error(`${version} ended ${last.status}, not ${expected}: ${last.reason}`);
}

async function underLoad(stage: Stage, app: string, row: Row, act: () => Promise<void>): Promise<LoadReport> {
  const { endpoint } = await stage.client.targets.get(app, stage.environment);
  const load = startLoad(endpoint!, REQUESTS_PER_SECOND);
  let report: LoadReport | undefined;
  try {
    await act();
  } finally {
    report = await load.stop();
    row.sent += report.sent;
    row.failed += report.failed;
  }
  const trouble = Object.entries(report.statuses).map(([word, count]) => `${count} × ${word}`);
  stage.say(
    app,
    `${report.sent} requests, ${report.failed} failed${trouble.length > 0 ? ` (${trouble.join(", ")})` : ""}`,
  );
  return report;
}

async function expectRelease(stage: Stage, app: string, version: string): Promise<void> {
  const target = await stage.client.targets.get(app, stage.environment);
  const wrong = target.replicas.filter((one) => one.version !== version || one.health !== "healthy");
  if (target.release !== version || wrong.length > 0)
    throw new Error(`after the rollback not all of ${app} runs ${version}`);
}

async function loseAndHeal(stage: Stage, app: string, kind: string): Promise<void> {
  stage.say(app, `lost: ${await stage.killReplica(app, kind)}`);
  const run = await stage.client.targets.heal(app, stage.environment);
  stage.say(app, `healing: ${run.summary}`);
  // Where the supervisor or the platform gives first aid, it may have been faster (docs/decisions/0005).
  if (run.actions.length === 0 && kind === "function") throw new Error("healing found nothing to do");
  const deadline = performance.now() + HEALED_WITHIN_MILLISECONDS;
  for (;;) {
    const target = await stage.client.targets.get(app, stage.environment);
    const good = target.replicas.filter((one) => one.health === "healthy" && one.version === "v2");
    // What is called healthy may be so only until the next look.
    const answers = await Promise.all(good.map((one) => stage.answers(one.address!)));
    const healthy = answers.filter(Boolean).length;
    if (healthy >= target.desired && target.drift.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`${healthy} of ${target.desired} healthy 20 s after healing`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}
