// Makes a token. Its secret is shown this once, and stays on the page until the dialog is closed.
import { useSignal } from "@preact/signals";
import { ROLES, type Role } from "#core/domain/access.ts";
import { api } from "../api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { useDoing } from "./use-doing.ts";

const DAY_SECONDS = 86_400;

export function NewTokenDialog({ close }: { close: () => void }) {
  const secret = useSignal<string | null>(null);
  const { busy, error, run } = useDoing();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const body = bodyOf(new FormData(event.currentTarget as HTMLFormElement));
    void run(
      () => api().tokens.create(body, { idempotencyKey: crypto.randomUUID() }),
      (answer) => {
        secret.value = answer.secret;
      },
    );
  };
  if (secret.value) return <Made secret={secret.value} close={close} />;
  return (
    <Dialog title="New token" close={close}>
      <form onSubmit={submit}>
        <label for="name">Name (stands in the audit)</label>
        <input id="name" name="name" required maxLength={100} autocomplete="off" />
        <label for="role">Role</label>
        <select id="role" name="role">
          {ROLES.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </select>
        <label for="apps">Apps (with commas; * for any letters)</label>
        <input id="apps" name="apps" defaultValue="*" />
        <label for="environments">Environments</label>
        <input id="environments" name="environments" defaultValue="*" />
        <label for="days">Ends after days (empty: not by itself)</label>
        <input id="days" name="days" type="number" min="1" max="3650" />
        <FormFoot error={error.value} disabled={busy.value} close={close}>
          Make it
        </FormFoot>
      </form>
    </Dialog>
  );
}

function Made({ secret, close }: { secret: string; close: () => void }) {
  return (
    <Dialog title="The token is made" close={close}>
      <p>This is its secret. It is kept nowhere and never shown again.</p>
      <pre>{secret}</pre>
      <div class="tools">
        <button type="button" class="first" onClick={() => navigator.clipboard?.writeText(secret)}>
          Copy
        </button>
        <button type="button" onClick={close}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

function bodyOf(form: FormData) {
  const list = (name: string) =>
    `${form.get(name)}`
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean);
  const days = Number(form.get("days"));
  return {
    name: `${form.get("name")}`,
    role: `${form.get("role")}` as Role,
    scope: { apps: list("apps"), environments: list("environments") },
    ...(days > 0 ? { expiresInSeconds: days * DAY_SECONDS } : {}),
  };
}
