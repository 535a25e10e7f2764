// Takes the app off the host: process, unit, files, port.

/** What lies in shared/ is the user's and stays. */
export const REMOVE = `
remove() {
  if [ -f "$base/target" ] && [ "$(cat "$base/target")" != "$APP/$ENVIRONMENT" ]; then finish ok; fi
  [ -d "$base" ] || finish ok
  supervisor_stop
  held=$(cut -d ' ' -f 1 "$base/port" 2>/dev/null)
  [ -n "$held" ] && [ "$(readlink "$DIRECTORY/.ports/$held")" = "$unit" ] && rm -f "$DIRECTORY/.ports/$held"
  rmdir "$base/shared" 2>/dev/null
  if [ -d "$base/shared" ]; then
    rm -rf "$base/releases" "$base/versions" "$base/incoming" "$base/env" "$base/start" "$base/secrets.json" "$base/read-secrets.cjs" "$base/port" "$base/previous" "$base/log" "$base"/pm2* "$base/$unit.service"
    rm -f "$current"
  else rm -rf "$base"; fi
  finish ok
}
locked remove </dev/null
`;
