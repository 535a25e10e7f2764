// What a host says of the disks of an app on it: those of its copies, and those that are kept though no copy has them now.
import * as z from "zod/mini";
import type { Fleet } from "#core/domain/replica.ts";
import { copyId } from "#core/plan/copy-id.ts";
import type { Answer } from "./ask-hosts.ts";

const Volumes = z.array(
  z.object({
    /** From 1: whose of the copies on its host. */
    copy: z.int(),
    name: z.string(),
    sizeGiB: z.nullable(z.int()),
    /** A copy is installed there. */
    used: z.boolean(),
    folder: z.string(),
  }),
);
export type HostVolume = z.infer<typeof Volumes>[number];

const WORD = "TUTTI_VOLUMES ";

/** None where it said nothing, or nothing that can be read. */
export function readVolumes(stdout: string): HostVolume[] {
  const line = stdout.split("\n").find((text) => text.startsWith(WORD));
  if (!line) return [];
  try {
    return Volumes.parse(JSON.parse(line.slice(WORD.length)));
  } catch {
    return [];
  }
}

/** Pure. Nothing of a target without disks. */
export function volumesOf(answers: Answer[]): Pick<Fleet, "volumes" | "kept"> {
  const all = answers.flatMap((answer) =>
    answer.reached ? (answer.volumes ?? []).map((volume) => ({ ...volume, host: answer.host.id })) : [],
  );
  if (all.length === 0) return {};
  const kept = all.filter(({ used }) => !used).map(({ host, copy }) => copyId(host, copy));
  return {
    volumes: all.map(({ host, copy, name, sizeGiB, used, folder }) => ({
      name,
      sizeGiB,
      where: `${host}:${folder}`,
      copy: used ? copyId(host, copy) : null,
    })),
    kept: [...new Set(kept)],
  };
}
