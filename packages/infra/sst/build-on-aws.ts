// Builds the blueprint on AWS with SST, one file per service beside this one, as packages/start/deploy builds it on the sandbox.
// Everything said here is how; what is built is said in blueprint.ts alone.
import { createHash } from "node:crypto";
import { accessSettings } from "../access-settings.ts";
import { blueprint } from "../blueprint.ts";
import { buildConsole } from "../build-console.ts";
import { operatingSettings } from "../operating-settings.ts";
import { buildAlarms, buildDashboard, buildLogMetrics } from "./alarms.ts";
import { foldersOf } from "./bundles.ts";
import { buildRules, buildSchedules } from "./events.ts";
import { buildAppLogGroup, buildFailureDestinations, buildFunctions } from "./functions.ts";
import { buildProjects } from "./projects.ts";
import { buildRoles } from "./roles.ts";
import { buildBucket, buildTable } from "./storage.ts";
import { buildStateMachines } from "./workflows.ts";

/** The SST program. Answers the outputs: the URL of the API and console. */
export async function buildOnAws() {
  const [identity, region] = await Promise.all([aws.getCallerIdentity(), aws.getRegion()]);
  const installation = { name: `tutti-${$app.stage}`, account: identity.accountId, region: region.region };
  await buildConsole($cli.paths.root);
  const bundles = await foldersOf($cli.paths);
  // The hash is known only while deploying, so it takes the place of the blueprint's empty one.
  const adminTokenSha256 = new sst.Secret("AdminToken").value.apply((token) =>
    createHash("sha256").update(token).digest("hex"),
  );
  const plan = blueprint(installation, "", accessSettings(process.env), operatingSettings(process.env));
  const storage = [buildTable(plan), buildBucket(plan)];
  const roles = buildRoles(plan);
  const functions = buildFunctions(plan, roles, adminTokenSha256, bundles, storage);
  buildFailureDestinations(plan, functions);
  buildAppLogGroup(plan);
  buildStateMachines(plan, roles);
  buildProjects(plan, roles, storage);
  buildRules(plan, functions);
  buildSchedules(plan, roles);
  buildLogMetrics(plan, functions);
  buildAlarms(plan);
  buildDashboard(plan);
  return { url: functions.get("api")!.url };
}
