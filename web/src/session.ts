// The token comes in the link's fragment, which no server sees; it is kept for this tab's session only and taken out
// of the address at once.
import { signal } from "@preact/signals";

const KEY = "tutti.token";

export const token = signal<string | null>(takeToken());
/** Why the reader stands before the door; `null` when nothing went wrong. */
export const turnedAwayBecause = signal<string | null>(null);

// A link opened in a tab that shows the console already changes nothing but the fragment.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) signIn(takeToken() ?? "");
});

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  token.value = null;
  turnedAwayBecause.value = null;
}

/** Shows the door with a sentence: the API does not know this token. */
export function turnAway(): void {
  signOut();
  turnedAwayBecause.value = "The API does not accept this token. Ask for a new link, or enter another token.";
}

export function signIn(text: string): void {
  sessionStorage.setItem(KEY, text);
  token.value = text;
  turnedAwayBecause.value = null;
}

function takeToken(): string | null {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (!given) return sessionStorage.getItem(KEY);
  history.replaceState(null, "", `${location.pathname}#/`);
  const text = decoded(given);
  sessionStorage.setItem(KEY, text);
  return text;
}

/** A token with a bare percent sign was never encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
