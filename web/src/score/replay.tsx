// Plays a finished deployment again, in at most a quarter of a minute whatever it took; or shows any instant of it.
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DeploymentView } from "../api.ts";
import { duration } from "../time.ts";

const LONGEST_SHOW_MS = 15_000;
const STEPS = 1000;

export function Replay({
  deployment,
  cursor,
}: {
  deployment: DeploymentView;
  cursor: Signal<number | null>;
}) {
  const playing = useSignal(false);
  const from = Date.parse(deployment.startedAt ?? "");
  const to = Date.parse(deployment.endedAt ?? "");
  useEffect(() => {
    if (!playing.value) return;
    const pace = Math.max(1, (to - from) / LONGEST_SHOW_MS);
    const beganAt = performance.now();
    const beganFrom = cursor.value ?? from;
    let frame = requestAnimationFrame(function play(now) {
      cursor.value = Math.min(to, beganFrom + (now - beganAt) * pace);
      if (cursor.value < to) frame = requestAnimationFrame(play);
      else stop();
    });
    const stop = () => {
      playing.value = false;
      cursor.value = null;
    };
    return () => cancelAnimationFrame(frame);
  }, [playing.value]);
  if (!(to > from)) return null;
  const shown = cursor.value ?? to;
  return (
    <div class="replay">
      <button
        type="button"
        onClick={() => {
          playing.value = !playing.value;
        }}
      >
        {playing.value ? "‖ Stop" : "▶ Play again"}
      </button>
      <input
        type="range"
        min="0"
        max={STEPS}
        value={((shown - from) / (to - from)) * STEPS}
        aria-label="Instant"
        aria-valuetext={duration(shown - from)}
        onInput={(event) => {
          const share = event.currentTarget.valueAsNumber / STEPS;
          playing.value = false;
          cursor.value = share >= 1 ? null : from + share * (to - from);
        }}
      />
      <output>{duration(shown - from)}</output>
    </div>
  );
}
