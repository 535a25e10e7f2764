// Tokens: who has one, what it may do where, when it was last used; a new one shows its secret once.
import { useSignal } from "@preact/signals";
import { api, type TokenView } from "../api.ts";
import { NewTokenDialog } from "../doing/new-token-dialog.tsx";
import { RevokeDialog } from "../doing/revoke-dialog.tsx";
import { More } from "../parts/more.tsx";
import { usePages } from "../parts/pages-of.ts";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

export function TokensPage() {
  const asking = useSignal<"new" | TokenView | null>(null);
  const changes = useSignal(0);
  const { items, more } = usePages(
    `tokens ${changes.value}`,
    // Whoever makes or revokes one leaves a line there.
    "audit",
    (query, signal) => api().call("GET /v1/tokens", { query }, { signal }),
  );
  const close = () => {
    asking.value = null;
    changes.value += 1;
  };
  return (
    <>
      <div class="tools">
        <h1>Tokens</h1>
        <button
          type="button"
          class="first push"
          onClick={() => {
            asking.value = "new";
          }}
        >
          New token
        </button>
      </div>
      {items ? (
        <TokenTable
          items={items}
          revoke={(one) => {
            asking.value = one;
          }}
        />
      ) : (
        <p class="waiting">Looking…</p>
      )}
      <More more={more} />
      {asking.value === "new" && <NewTokenDialog close={close} />}
      {asking.value && asking.value !== "new" && <RevokeDialog token={asking.value} close={close} />}
    </>
  );
}

function TokenTable({ items, revoke }: { items: TokenView[]; revoke: (one: TokenView) => void }) {
  if (items.length === 0) return <p class="waiting">There is none but the first admin's.</p>;
  return (
    <Table of="Tokens" columns={["Name", "Role", "Apps", "Environments", "Last used", "Ends", ""]}>
      {items.map((one) => (
        <tr key={one.id}>
          <td class="why" title={one.id}>
            {one.name}
          </td>
          <td>{one.role}</td>
          <td>{one.scope.apps.join(", ")}</td>
          <td>{one.scope.environments.join(", ")}</td>
          <td>{one.lastUsedAt ? <When at={one.lastUsedAt} /> : "never"}</td>
          <td>{endOf(one)}</td>
          <td>
            {!one.revoked && (
              <button type="button" class="danger" onClick={() => revoke(one)}>
                Revoke
              </button>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function endOf(one: TokenView) {
  if (one.revokedAt)
    return (
      <>
        revoked <When at={one.revokedAt} />
      </>
    );
  return one.expiresAt ? <When at={one.expiresAt} as="date" /> : "not by itself";
}
