// The token comes in the link's fragment, which no server sees; it is kept for this tab's session only and taken out
// of the address at once.
import { signal } from "@preact/signals";

const KEY = "tutti.token";

export const token = signal<string | null>(takeToken());

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  token.value = null;
}

export function signIn(text: string): void {
  sessionStorage.setItem(KEY, text);
  token.value = text;
}

function takeToken(): string | null {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (!given) return sessionStorage.getItem(KEY);
  sessionStorage.setItem(KEY, decodeURIComponent(given));
  history.replaceState(null, "", `${location.pathname}#/`);
  return decodeURIComponent(given);
}
