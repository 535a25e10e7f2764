// Old published versions are kept for quick ways back, but not for ever: code storage is limited per account.
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { type Alias, type FunctionDeps, orNull, type Published } from "./client.ts";

const KEPT_VERSIONS = 5;

/** Pure: what may go; never what has traffic, never what Tutti did not publish. */
export function prunable(versions: Published[], alias: Alias): Published[] {
  const newestFirst = [...versions].sort((a, b) => Number(b.number) - Number(a.number));
  return newestFirst.slice(KEPT_VERSIONS).filter((one) => one.label && !alias.percents.has(one.number));
}

/** Best effort: a version that cannot be deleted is a note, not a failed deployment. */
export async function pruneVersions(
  { lambda }: FunctionDeps,
  name: string,
  versions: Published[],
  alias: Alias,
): Promise<string[]> {
  const notes: string[] = [];
  for (const one of prunable(versions, alias)) {
    try {
      await orNull(lambda.send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: one.number })));
    } catch (error) {
      notes.push(`The old Lambda version ${one.number} could not be deleted: ${(error as Error).message}`);
    }
  }
  return notes;
}
