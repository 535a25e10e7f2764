// The scripts that look at an app on a host, watch it come up and restart it. Looking takes no lock and writes nothing.

/** What runs, since when, and what its health path says now. */
export const LOOK = `
look() {
  find_host
  [ -L "$current" ] || finish ok
  supervisor_look
  read_running
  if [ "$state" != active ] || ! alive "$pid"; then
    health=unhealthy
    case $state in
      active | starting) health=starting; detail="is starting" ;;
      *) detail="the process is not running" ; [ -n "$exit_code" ] && detail="$detail (exit code $exit_code)" ;;
    esac
  elif probe; then health=healthy; sample 0
  else
    # One that answers badly may answer well in between; one that does not answer is not waited for again and again.
    case $code in refused | slow | broken) ;; *) sample 1 ;; esac
    look_at_age "$pid"
    if [ "$age" -ge "$GRACE_SECONDS" ]; then health=unhealthy; else health=starting; fi
  fi
  finish ok
}
`;

/** Goes on watching a start that took longer than one call. */
export const WATCH = `
watch() {
  find_host
  supervisor_look
  read_running
  await_health
  finish ok
}
watch </dev/null
`;

/** Healing: the process again, the same release. A script that waited for the lock and finds the app healthy leaves it alone. */
export const RESTART = `
restart() {
  find_host
  [ -L "$current" ] || finish absent "Nothing of this app is installed here."
  supervisor_look
  read_running
  { [ "$state" = active ] && alive "$pid" && probe && sample 0; } || { end_hang; supervisor_restart; }
  bad=0; of=1
  await_health
  read_running
  finish ok
}
# A process that answers nothing rarely heeds SIGTERM either: asking first costs the supervisor's whole stop time-out.
end_hang() {
  [ "\${code-}" = slow ] && kill -KILL "$pid" 2>/dev/null
  return 0
}
locked restart </dev/null
`;
