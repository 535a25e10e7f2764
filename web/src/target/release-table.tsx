// The releases of the app, and the way back to each in one click, its plan first.
import { useSignal } from "@preact/signals";
import type { ReleaseView, TargetView } from "../api.ts";
import { DeployDialog } from "../doing/deploy-dialog.tsx";
import { may } from "../me.ts";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

export function ReleaseTable({ target, releases }: { target: TargetView; releases: ReleaseView[] }) {
  const back = useSignal<string | null>(null);
  const { app, environment, release } = target;
  if (releases.length === 0) return <p class="waiting">None yet.</p>;
  const mayGoBack = release !== null && may("deploy", { app, environment });
  return (
    <>
      <Table of="Releases" columns={["Release", "Made", "By", "What", ""]}>
        {releases.map((one) => (
          <tr key={one.id}>
            <td>
              {one.version} {one.version === release && <small>runs now</small>}
            </td>
            <td>
              <When at={one.createdAt} />
            </td>
            <td>{one.createdBy}</td>
            <td>
              <code>{bitsOf(one)}</code>
            </td>
            <td>
              {mayGoBack && one.version !== release && (
                <button
                  type="button"
                  onClick={() => {
                    back.value = one.version;
                  }}
                >
                  Go to {one.version}…
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {back.value && (
        <DeployDialog
          app={app}
          environment={environment}
          way="back"
          version={back.value}
          running={release}
          close={() => {
            back.value = null;
          }}
        />
      )}
    </>
  );
}

function bitsOf({ artifact }: ReleaseView): string {
  if (artifact.image) return artifact.image.replace(/@sha256:([0-9a-f]{12}).*/, "@$1…");
  return artifact.sha256 ? `sha256:${artifact.sha256.slice(0, 12)}…` : (artifact.uri ?? "");
}
