// What the colours and patterns mean, and the patterns themselves.
import type { DeploymentView } from "../api.ts";

export function Patterns() {
  return (
    <defs>
      {["new", "old"].map((release) => (
        <pattern
          key={release}
          id={`coming-${release}`}
          class={`hatch ${release}`}
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="6" height="6" class="under" />
          <rect width="3" height="6" class="stripe" />
        </pattern>
      ))}
      <pattern id="resting" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="2" height="8" class="rest-stripe" />
      </pattern>
    </defs>
  );
}

export function Legend({ deployment }: { deployment: DeploymentView }) {
  const { version, previousVersion } = deployment;
  return (
    <figcaption class="legend">
      {previousVersion && previousVersion !== version && <Key kind="old serving" words={previousVersion} />}
      <Key kind="new serving" words={version} />
      <Key kind="new coming" words="coming up" />
      <Key kind="old leaving" words="draining" />
      <Key kind="failed" words="failed" />
    </figcaption>
  );
}

function Key({ kind, words }: { kind: string; words: string }) {
  return (
    <span class="key">
      <svg width="26" height="14" aria-hidden="true" class={`note ${kind}`}>
        <rect
          x="1"
          y={kind.includes("leaving") ? 5 : 2}
          width="24"
          height={kind.includes("leaving") ? 4 : 10}
          rx="3"
        />
        {kind === "failed" && (
          <text class="sign" x="13" y="11" text-anchor="middle">
            ✕
          </text>
        )}
      </svg>
      {words}
    </span>
  );
}
