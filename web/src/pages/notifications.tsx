// Which receivers were told what, and what came of it.
import type { Answer } from "#client/operations.ts";
import { api } from "../api.ts";
import { More } from "../parts/more.tsx";
import { usePages } from "../parts/pages-of.ts";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { linkTo } from "../route.ts";

type Line = Answer<"GET /v1/notifications">["items"][number];

const SIGNS: Record<Line["status"], string> = {
  pending: "… pending",
  delivered: "✓ delivered",
  failed: "✕ failed",
};
/** In the colours of the audit's outcomes. */
const OUTCOMES: Record<Line["status"], string> = { pending: "", delivered: "done", failed: "failed" };

export function NotificationsPage() {
  const { items, more } = usePages("notifications", "notifications", (query, signal) =>
    api().call("GET /v1/notifications", { query }, { signal }),
  );
  return (
    <>
      <h1>Notifications</h1>
      <p class="facts">Receivers stand in an environment's settings. What was told is kept for 30 days.</p>
      {items ? <Lines items={items} /> : <p class="waiting">Looking…</p>}
      <More more={more} />
    </>
  );
}

function Lines({ items }: { items: Line[] }) {
  if (items.length === 0) return <p class="waiting">Nobody was told anything yet.</p>;
  return (
    <Table of="Notifications" columns={["When", "Target", "What", "Receiver", "Outcome"]}>
      {items.map((one) => (
        <tr key={one.id}>
          <td>
            <When at={one.createdAt} as="date" />
          </td>
          <td>
            <Place one={one} />
          </td>
          <td class="why">
            <What one={one} /> <small>{one.message}</small>
          </td>
          <td>
            {one.receiver.name} <small>{one.receiver.kind}</small>
          </td>
          <td class={`why outcome ${OUTCOMES[one.status]}`}>
            {SIGNS[one.status]} <small>{cameTo(one)}</small>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** A train has several targets; its page shows them. */
function Place({ one: { app, environment } }: { one: Line }) {
  if (app === null) return <>{environment}</>;
  return (
    <a href={linkTo({ page: "target", app, environment })}>
      {app}/{environment}
    </a>
  );
}

function What({ one: { deployment, train, version, event } }: { one: Line }) {
  if (deployment !== null)
    return (
      <a href={linkTo({ page: "deployment", id: deployment })}>
        {version} · {event.type}
      </a>
    );
  if (train !== null) return <a href={linkTo({ page: "train", id: train })}>{event.type}</a>;
  return <>{event.type}</>;
}

function cameTo({ attempts, detail, nextAttemptAt }: Line) {
  return (
    <>
      {[attempts > 1 && `${attempts} attempts`, detail].filter(Boolean).join(" · ")}
      {nextAttemptAt && (
        <>
          {" "}
          · again <When at={nextAttemptAt} as="ahead" />
        </>
      )}
    </>
  );
}
