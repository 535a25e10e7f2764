// Builds the blueprint through AWS's own calls, as `sst deploy` does on AWS: one file per service beside this one. Every
// call is idempotent, so that a start on existing state brings code and definitions up to date and leaves data alone.
import type { Blueprint } from "#infra/blueprint.ts";
import type { Bundle } from "#infra/bundles/bundle.ts";
import type { AwsAccess } from "./access.ts";
import { deployAlarms } from "./alarms.ts";
import { deployBucket } from "./bucket.ts";
import { deployFunctions } from "./functions.ts";
import { deployMachines } from "./machines.ts";
import { deployProjects } from "./projects.ts";
import { deployRoles } from "./roles.ts";
import { deployRules } from "./rules.ts";
import { deploySchedules } from "./schedules.ts";
import { deployTable } from "./table.ts";

export async function deployBlueprint(plan: Blueprint, bundles: Bundle[], access: AwsAccess): Promise<void> {
  await Promise.all([deployRoles(plan, access), deployTable(plan, access), deployBucket(plan, access)]);
  await deployFunctions(plan, bundles, access);
  await deployMachines(plan, access);
  await Promise.all([
    deployRules(plan, access),
    deploySchedules(plan, access),
    deployProjects(plan, access),
    deployAlarms(plan, access),
  ]);
}
