// Secrets of an app on a host: the references and what reads them lie beside the start file, which reads at every start, as
// the app's own user and with the host's own role. A value is on no disk and in no argument: it goes through a pipe into the
// shell that becomes the app.
import type { Spec } from "#core/domain/spec.ts";
import { READER } from "#targets/secrets/reader.ts";

/** A start without its secrets ends with it (sysexits.h, EX_CONFIG). */
const EXIT_CODE = 78;

/** Empty where there are none. */
export function secretVariables({ secrets = {} }: Pick<Spec, "secrets">, region: string) {
  const none = Object.keys(secrets).length === 0;
  return {
    SECRETS: none ? "" : JSON.stringify({ region, references: secrets }),
    SECRET_READER: none ? "" : READER.trimEnd(),
  };
}

/** Lines of the start file. What is read is set after `set -a` alone, so that nothing else of this shell gets out. */
export function secretLines({ secrets = {} }: Pick<Spec, "secrets">): string {
  if (Object.keys(secrets).length === 0) return "";
  return `found=$(node "\${0%/*}/read-secrets.cjs" <"\${0%/*}/secrets.json") || exit ${EXIT_CODE}
set -a; eval "$found"; set +a; unset found
`;
}

/** Tried before the running app is touched: what cannot be read now could not be read by a start either. */
export const SECRET_STEPS = `
need_reader() {
  command -v node >/dev/null || finish secret_unavailable "The host cannot read secrets: it has no Node (server.setup brings it)."
}

write_secrets() {
  if [ -z "$SECRETS" ]; then rm -f "$base/secrets.json" "$base/read-secrets.cjs"; return; fi
  need_reader
  place "$base/read-secrets.cjs" 644 <<READER
$SECRET_READER
READER
  place "$base/secrets.json" 644 <<REFERENCES
$SECRETS
REFERENCES
}

try_secrets() {
  [ -z "$SECRETS" ] && return
  need_reader
  printf '%s\\n' "$SECRET_READER" >"$base/.trial.cjs"
  printf '%s\\n' "$SECRETS" | as_user node "$base/.trial.cjs" check >"$base/.said" 2>&1 ||
    finish secret_unavailable "$(tail -n 3 "$base/.said")"
  rm -f "$base/.trial.cjs"
}
`;
