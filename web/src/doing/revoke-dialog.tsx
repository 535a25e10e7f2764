// Ends a token: whoever holds it is refused from the next call on.
import { api, type TokenView } from "../api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Refusal } from "../parts/refusal.tsx";
import { useDoing } from "./use-doing.ts";

export function RevokeDialog({ token, close }: { token: TokenView; close: () => void }) {
  const { busy, error, run } = useDoing();
  return (
    <Dialog title={`Revoke ${token.name}?`} close={close}>
      <p>Whoever holds it is refused from the next call on. This cannot be taken back.</p>
      <Refusal error={error.value} />
      <div class="tools">
        <button
          type="button"
          class="danger first"
          disabled={busy.value}
          onClick={() => run(() => api().tokens.revoke(token.id), close)}
        >
          Revoke
        </button>
        <button type="button" onClick={close}>
          Leave it
        </button>
      </div>
    </Dialog>
  );
}
