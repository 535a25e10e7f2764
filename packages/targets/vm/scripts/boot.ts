// What an instance does at its first boot (user data) with the release that lies in its image: write the environment, the
// start line and the unit, and start it. The image knows none of these, so that one image serves every environment.

export const BOOT = `
boot() {
  changed=no
  find_host
  id "$RUN_USER" >/dev/null 2>&1 || finish no_user "The user $RUN_USER does not exist on this image."
  [ -d "$DIRECTORY/$APP.image/files" ] || finish absent "The image holds no release of $APP."
  mkdir -p "$base/versions" || finish failed "Cannot write in $DIRECTORY."
  bring_disks
  ln -s -n -f "$DIRECTORY/$APP.image/files" "$current"
  port=$PORT
  place "$base/port" 644 <<CLAIM
$port $PORT
CLAIM
  place "$base/env" 600 <<ENV
$ENVIRONMENT_LINES
$(each_volume volume_line)
PORT="$port"
HOST="$HOST"
ENV
  place "$base/start" 755 <<START
$START_FILE
START
  printf '%s\\n' "$VERSION" >"$base/versions/$RELEASE"
  write_secrets
  supervisor_ready
  supervisor_write
  supervisor_restart
  finish ok
}
locked boot </dev/null
`;

/** Asked of an instance that its load balancer finds unhealthy: what the app itself says, and its last lines where it fell over. */
export const WHY = `
why() {
  find_host
  [ -L "$current" ] || finish absent "is booting$(sed -n '$s/^/: /p' "$base/.said" 2>/dev/null)"
  # What the boot has not started yet looks like what has ended.
  at_work && finish absent "is booting"
  supervisor_look
  read_running
  case $state in
    active)
      if probe; then health=healthy
      else
        health=unhealthy
        if [ "$code" = refused ]; then
          lines=$(supervisor_log)
          [ -n "$lines" ] && detail="$detail, last lines of its log:
$lines"
        fi
      fi ;;
    starting) health=starting; detail="is starting" ;;
    *) health=unhealthy; finish crashed "crashed on start: $(exit_words)" ;;
  esac
  finish ok
}
why </dev/null
`;

/** The test of an image: waits for the boot, then watches the app as a server's install does. */
export const CHECK = `
check() {
  find_host
  left=$BOOT_SECONDS
  until [ -f "$base/$unit.service" ] && supervisor_look && [ "$state" != inactive ]; do
    [ "$left" -gt 0 ] || finish absent "The app's unit was not there $BOOT_SECONDS s after the boot: $(tail -n 3 /var/log/cloud-init-output.log var/log/cloud-init-output.log 2>/dev/null)"
    left=$((left - 1)); sleep 1
  done
  read_running
  await_health
  [ "$health" = healthy ] || finish unhealthy
  finish ok
}
check </dev/null
`;
