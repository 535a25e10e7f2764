// systemd as the supervisor: a unit that starts the app as an ordinary user, again after a reboot and after a crash.
// `BINDS`: further lines of it, each after a newline (disks that appear to the app alone, server/scripts/volumes.ts).
// The command line is in a file of its own (scripts/install.ts), so that unit quoting and `$`, `%` never meet it.

export const SYSTEMD = `
supervisor_ready() {
  command -v systemctl >/dev/null || finish no_supervisor "systemd is not on this host (no systemctl)."
}

# Paths hold no newline; a percent sign begins a specifier in a unit.
unit_path() { printf '%s' "$1" | sed 's/%/%%/g'; }

supervisor_write() {
  was=$changed; changed=no
  place "$base/$unit.service" 644 <<UNIT
[Unit]
Description=$APP in $ENVIRONMENT, released by Tutti
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=120
StartLimitBurst=5

[Service]
User=$RUN_USER
WorkingDirectory=$(unit_path "$current")
EnvironmentFile=$(unit_path "$base/env")
ExecStart=/bin/sh "$(unit_path "$base/start")"\${BINDS-}
Restart=on-failure
RestartSec=5
KillMode=mixed
TimeoutStopSec=20

[Install]
WantedBy=multi-user.target
UNIT
  if [ $changed = yes ] || ! systemctl is-enabled --quiet "$unit.service" 2>/dev/null; then
    { systemctl enable --quiet "$base/$unit.service" && systemctl daemon-reload; } >"$base/.said" 2>&1 ||
      finish no_supervisor "systemd does not take the unit: $(tail -n 3 "$base/.said")"
    changed=yes
  fi
  [ $was = yes ] && changed=yes
  return 0
}

supervisor_restart() {
  systemctl reset-failed "$unit.service" 2>/dev/null
  systemctl restart "$unit.service" >"$base/.said" 2>&1 || start_problem=$(tail -n 3 "$base/.said")
}

supervisor_stop() {
  systemctl disable --now --quiet "$unit.service" >/dev/null 2>&1
  systemctl daemon-reload >/dev/null 2>&1
}

# Sets state (active, starting, failed, inactive), pid and exit_code.
supervisor_look() {
  state=inactive; pid=; exit_code=; active=; sub=
  facts=$(systemctl show "$unit.service" -p ActiveState -p SubState -p MainPID -p ExecMainStatus 2>/dev/null)
  while IFS='=' read -r word value; do
    case $word in
      ActiveState) active=$value ;;
      SubState) sub=$value ;;
      MainPID) pid=$value ;;
      ExecMainStatus) exit_code=$value ;;
    esac
  done <<FACTS
$facts
FACTS
  [ "$pid" = 0 ] && pid=
  case $active:$sub in
    active:*) state=active ;;
    *:auto-restart*) state=failed ;;
    activating:* | reloading:*) state=starting ;;
    failed:*) state=failed ;;
  esac
}

# What the app itself wrote last; systemd's own words about it and the frames of a stack, which hide the error, are left out.
supervisor_log() {
  journalctl -u "$unit.service" -n 15 -o cat --no-pager 2>/dev/null |
    grep -v -e "^$unit.service: " -e '^Start' -e '^Stop' -e '^-- ' -e '^ *$' -e '^ *at ' | tail -n 4
}
`;
