// The end of a dialog that is a form: what the API said, the button that does it, and the one that leaves it.
import type { ComponentChildren } from "preact";
import { Refusal } from "./refusal.tsx";

type FootProps = { error: Error | null; disabled: boolean; close: () => void; children: ComponentChildren };

/** `children`: what the button says. */
export function FormFoot({ error, disabled, close, children }: FootProps) {
  return (
    <>
      <Refusal error={error} />
      <div class="tools">
        <button type="submit" class="first" disabled={disabled}>
          {children}
        </button>
        <button type="button" onClick={close}>
          Leave it
        </button>
      </div>
    </>
  );
}
