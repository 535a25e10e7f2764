// What ECS needs of volumes beyond the API: it attaches them to tasks, which are no instances of anybody's.
import type { State } from "./state.ts";
import { volumeDirectory } from "./volume-files.ts";
import { changeVolume } from "./volumes.ts";

export type TaskDisks = {
  /** Where its files are. */
  folder(volumeId: string): string;
  /** Nobody else attaches or deletes it from now on. */
  hold(volumeId: string): void;
  letGo(volumeId: string): void;
};

export function taskDisks(state: State): TaskDisks {
  return {
    folder: (volumeId) => volumeDirectory(state, volumeId),
    hold: (volumeId) => void changeVolume(state, volumeId, { state: "in-use" }),
    letGo: (volumeId) => void changeVolume(state, volumeId, { state: "available" }),
  };
}
