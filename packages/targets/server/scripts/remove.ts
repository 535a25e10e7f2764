// Takes one copy of the app off the host, or all of them: process, unit, files, port, what it had reserved.
import { EACH_COPY } from "./copies.ts";
import { LEAVE_VOLUMES } from "./volumes.ts";

/** What lies in shared/ and on the app's disks is the user's and stays. */
const REMOVE_ONE = `${LEAVE_VOLUMES}
remove() {
  if [ -f "$base/target" ] && [ "$(cat "$base/target")" != "$APP/$ENVIRONMENT" ]; then finish ok; fi
  [ -d "$base" ] || finish ok
  supervisor_stop
  held=$(cut -d ' ' -f 1 "$base/port" 2>/dev/null)
  [ -n "$held" ] && [ "$(readlink "$DIRECTORY/.ports/$held")" = "$unit" ] && rm -f "$DIRECTORY/.ports/$held"
  leave_volumes
  rmdir "$base/shared" 2>/dev/null
  if [ -n "$kept" ] || [ -d "$base/shared" ]; then
    rm -rf "$base/releases" "$base/versions" "$base/incoming" "$base/env" "$base/start" "$base/secrets.json" "$base/read-secrets.cjs" "$base/port" "$base/previous" "$base/log" "$base"/pm2* "$base/$unit.service"
    if [ -n "$kept" ]; then keep_room; else rm -f "$base/reserved"; fi
    rm -f "$current"
  else rm -rf "$base"; fi
  finish ok
}
`;
export const REMOVE = `${REMOVE_ONE}locked remove </dev/null\n`;

export const REMOVE_ALL = `${REMOVE_ONE}${EACH_COPY}
remove_all() {
  for_each_copy locked remove || exit 10
  COPY=; name_copy
  locked remove
}
remove_all </dev/null
`;
