// Who is signed in, and what that may do: only what it may do is offered. The API decides; this spares people a refusal.
import { effect, signal } from "@preact/signals";
import { type Place, reaches } from "#core/domain/access.ts";
import { api, type Me } from "./api.ts";
import { token } from "./session.ts";

export const me = signal<Me | null>(null);

effect(() => {
  if (token.value === null) {
    me.value = null;
    return;
  }
  // Where it fails, the page's own question fails too and says why; nothing is offered until then.
  api()
    .me()
    .then(
      (answer) => {
        me.value = answer;
      },
      () => {},
    );
});

export type Permission = Me["permissions"][number];

export function may(permission: Permission, place: Place = {}): boolean {
  const who = me.value;
  return who?.permissions.includes(permission) === true && reaches(who.scope, place);
}
