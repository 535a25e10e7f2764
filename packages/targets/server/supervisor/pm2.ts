// PM2 as the supervisor, for hosts whose login may not touch systemd. Its list is saved, so that `pm2 startup`
// (scripts/setup.ts) brings the app back after a reboot. Each call of pm2 starts a Node process: they are few on purpose.

export const PM2 = `
supervisor_ready() {
  as_user sh -c 'command -v pm2' >/dev/null || finish no_supervisor "PM2 is not on this host (no pm2 in the path of $RUN_USER)."
}

supervisor_write() {
  place "$base/pm2.json" 644 <<PM2
{ "apps": [ { "name": $(json_text "$unit"), "script": "/bin/sh", "args": [$(json_text "$base/start")], "interpreter": "none",
  "cwd": $(json_text "$current"), "env": { "TUTTI_ENV_FILE": $(json_text "$base/env") }, "autorestart": true,
  "restart_delay": 5000, "max_restarts": 5, "min_uptime": 1000, "kill_timeout": 20000,
  "out_file": $(json_text "$base/log"), "error_file": $(json_text "$base/log"), "merge_logs": true } ] }
PM2
  : >>"$base/log"; give_to_user "$base/log"
}

supervisor_restart() {
  as_user pm2 startOrRestart "$base/pm2.json" --update-env >"$base/.said" 2>&1 || start_problem=$(tail -n 3 "$base/.said")
  [ -f "$base/pm2.saved" ] || { as_user pm2 save --force >/dev/null 2>&1 && : >"$base/pm2.saved"; }
}

supervisor_stop() {
  as_user pm2 delete "$unit" >/dev/null 2>&1
  as_user pm2 save --force >/dev/null 2>&1
}

supervisor_look() {
  state=inactive; exit_code=
  pid=$(as_user pm2 pid "$unit" 2>/dev/null | tail -n 1)
  case $pid in '' | 0 | *[!0-9]*) pid= ;; esac
  if alive "$pid"; then state=active; return; fi
  exit_code=$(as_user pm2 jlist 2>/dev/null | tail -n 1 | UNIT=$unit node -e '
    const all = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const one = all.find((app) => app.name === process.env.UNIT);
    if (one) console.log(one.pm2_env.exit_code ?? "unknown")' 2>/dev/null)
  [ -n "$exit_code" ] && state=failed
  return 0
}

supervisor_log() { tail -n 15 "$base/log" 2>/dev/null | grep -v -e '^ *at ' | tail -n 4; }
`;
