// Asks for the next page of a list.
import { useDoing } from "../doing/use-doing.ts";
import { Refusal } from "./refusal.tsx";

export function More({ more }: { more: (() => Promise<void>) | null }) {
  const { busy, error, run } = useDoing();
  if (!more) return null;
  return (
    <div class="more">
      <button type="button" disabled={busy.value} onClick={() => run(more, () => {})}>
        {busy.value ? "…" : "Show older ones"}
      </button>
      <Refusal error={error.value} />
    </div>
  );
}
