// Old published versions are kept for quick ways back, but not for ever: code storage is limited per account.
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { type Alias, type FunctionDeps, orNull, type Published } from "./client.ts";

const KEPT_RELEASES = 5;

/**
 * Pure: what may go; never what has traffic, never what Tutti did not publish. A release that was published once more for its fresh
 * environments is one way back and not two: of each the newest stays, and of one that serves the one before too, which may still play.
 */
export function prunable(versions: Published[], alias: Alias): Published[] {
  const newestFirst = [...versions].sort((a, b) => Number(b.number) - Number(a.number));
  const nameOf = (one: Published) => one.label?.releaseId ?? one.number;
  const kept = new Set([...new Set(newestFirst.map(nameOf))].slice(0, KEPT_RELEASES));
  const serving = new Set(newestFirst.filter((one) => alias.percents.has(one.number)).map(nameOf));
  const seen = new Map<string, number>();
  return newestFirst.filter((one) => {
    const name = nameOf(one);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const stays = kept.has(name) && count <= (serving.has(name) ? 2 : 1);
    return one.label && !stays && !alias.percents.has(one.number);
  });
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
