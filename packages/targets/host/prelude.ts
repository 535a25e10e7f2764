// What every script begins with: JSON on the last line, the lock, looking at the process and its health. Text of a
// POSIX sh script; a backslash is doubled here and `${` is never needed.
//
// Every script answers with one line `TUTTI_RESULT {…}` (result.ts) and is wrapped in functions, so that nothing it
// starts can eat the rest of it from standard input. What a script does at every look is done by the shell itself where it
// can: a pipe of small tools costs a process for each, which on a small host is most of a script's time.

export const PRELUDE = `
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; export PATH
case $DIRECTORY in /*) ;; *) DIRECTORY="$PWD/$DIRECTORY" ;; esac
# A host may carry several copies of an app: the first has no number in its names. An app's name holds no dot.
name_copy() {
  unit="tutti-$APP-$ENVIRONMENT\${COPY:+.$COPY}"
  base="$DIRECTORY/$APP-$ENVIRONMENT\${COPY:+.$COPY}"
  current="$base/current"
}
COPY=\${COPY-}; name_copy
umask 022
newline='
'
port=; version=; release=; pid=; state=absent; health=unknown; detail=; started_at=; start_problem=; exit_code=; user_id=

now() { date +%s; }

json_text() {
  case $1 in
    *[!A-Za-z0-9_./:,\\ +@=-]*) ;;
    *) printf '"%s"' "$1"; return ;;
  esac
  printf '%s' "$1" | tr -d '\\000-\\010\\013-\\037' | sed -e 's/\\\\/\\\\\\\\/g' -e 's/"/\\\\"/g' -e 's/	/ /g' |
    awk 'BEGIN { printf "\\"" } NR > 1 { printf "\\\\n" } { printf "%s", $0 } END { printf "\\"" }'
}

# finish OUTCOME [DETAIL]: the result line, and out.
finish() {
  [ $# -gt 1 ] && detail=$2
  if [ \${#detail} -gt 250 ] || [ "$detail" != "\${detail%"$newline"*}" ]; then
    detail=$(printf '%s' "$detail" | cut -c1-250 | tail -n 6)
  fi
  case $port in '' | *[!0-9]*) port=null ;; esac
  printf 'TUTTI_RESULT {"outcome":"%s","detail":%s,"release":%s,"version":%s,"host":%s,"port":%s,"state":"%s","health":"%s","startedAt":%s,"copy":%s,"bad":%s,"of":%s}\\n' \\
    "$1" "$(json_text "$detail")" "$(json_text "$release")" "$(json_text "$version")" \\
    "$(json_text "$HOST")" "$port" "$state" "$health" "$(json_text "$started_at")" "\${COPY:-1}" "\${bad:-0}" "\${of:-1}"
  [ "$1" = ok ] && exit 0
  exit 10
}

# The address that others reach this host at; told by whoever sent the script, else as it was at the last install.
find_host() {
  [ -n "$HOST" ] || HOST=$(sed -n 's/^HOST="\\([^"]*\\)"$/\\1/p' "$base/env" 2>/dev/null | tail -n 1)
  [ -n "$HOST" ] || HOST=$(hostname -I 2>/dev/null | cut -d ' ' -f 1)
}

# A script runs as root, or as the app's own user where that is enough (PM2).
is_root() { [ -n "$user_id" ] || user_id=$(id -u); [ "$user_id" = 0 ] && [ "$RUN_USER" != root ]; }
as_user() {
  if is_root; then runuser -u "$RUN_USER" -- env HOME="$(user_home)" "$@"; else "$@"; fi
}
user_home() { getent passwd "$RUN_USER" | cut -d : -f 6; }
give_to_user() { if is_root; then chown -R "$RUN_USER:" "$@"; fi; }

# locked COMMAND…: one at a time for this copy on this host; a repeated script waits for the first and finds its work done.
# The descriptor is closed for whatever runs inside, so that a daemon started there does not keep the lock.
locked() {
  mkdir -p "$DIRECTORY" 2>/dev/null || finish failed "Cannot make the directory $DIRECTORY as $(id -un)."
  take_lock "$(lock_of_copy)"
  "$@" 9>&-
}
lock_of_copy() { echo "$DIRECTORY/.$APP-$ENVIRONMENT\${COPY:+.$COPY}.lock"; }

# Whether a command of this copy is at work on this host now.
at_work() { ! (LOCK_SECONDS=0; take_lock "$(lock_of_copy)") >/dev/null; }

# take_lock FILE: held until the shell that took it ends.
take_lock() {
  lock=$1
  if command -v flock >/dev/null; then
    exec 9>>"$lock" || finish failed "Cannot write $lock as $(id -un)."
    flock -w "$LOCK_SECONDS" 9 || finish busy "Another command of this app is still at work on the host."
    return
  fi
  until mkdir "$lock.d" 2>/dev/null; do
    holder=$(cat "$lock.d/pid" 2>/dev/null)
    [ -n "$holder" ] && [ ! -d "/proc/$holder" ] && rm -rf "$lock.d"
    [ "$LOCK_SECONDS" -gt 0 ] || finish busy "Another command of this app is still at work on the host."
    LOCK_SECONDS=$((LOCK_SECONDS - 1)); sleep 1
  done
  echo $$ >"$lock.d/pid"
  trap 'rm -rf "$lock.d"' EXIT
}

# place FILE MODE <TEXT: writes it whole or not at all, and sets changed=yes where it is another text than before.
place() {
  (umask 077 && cat >"$1.new") || finish failed "Cannot write $1: is the disk full?"
  if [ -f "$1" ] && [ "$(cat "$1")" = "$(cat "$1.new")" ]; then rm -f "$1.new"; return; fi
  chmod "$2" "$1.new" && mv -f "$1.new" "$1" || finish failed "Cannot write $1."
  changed=yes
}

alive() { # a zombie does not count: its parent has not looked yet
  [ -n "$1" ] && [ "$1" != 0 ] || return 1
  while read -r word value; do
    case $word:$value in State:*:[ZX]*) return 1 ;; State:*) return 0 ;; esac
  done 2>/dev/null <"/proc/$1/status"
  return 1
}

# From the running process itself where it may be read, else from what was last installed.
read_running() {
  [ -f "$base/port" ] && read -r port wanted <"$base/port"
  facts=$(tr '\\n\\000' ' \\n' <"/proc/$pid/environ" 2>/dev/null | sed -n '/^TUTTI_RELEASE=/{s///p;q;}')
  if [ -n "$facts" ]; then release=$facts
  else release=$(basename "$(readlink "$current" 2>/dev/null)" 2>/dev/null); fi
  [ -f "$base/versions/$release" ] && read -r version <"$base/versions/$release"
  if alive "$pid"; then started_at=$(started "$pid"); fi
}

# started_ticks PID: proc(5), field 22 of stat, its start in ticks since boot. A name in parentheses comes before.
started_ticks() {
  ticks=
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${line##*) }
  ticks=\${20}; ticks_a_second=\${ticks_a_second:-$(getconf CLK_TCK 2>/dev/null || echo 100)}
  # Rounded up: other clocks are told in whole seconds, cut off, and a process must not look older than it is.
  since_boot=$(((ticks + ticks_a_second - 1) / ticks_a_second))
}

# One that looked older would be started again though it is fresh.
started_second() {
  started_ticks "$1" || return 1
  echo $(($(sed -n 's/^btime //p' /proc/stat) + since_boot))
}

started() {
  second=$(started_second "$1") || return
  date -u -d "@$second" +%Y-%m-%dT%H:%M:%SZ
}

# Sets age: how many whole seconds the process runs at least, so that its grace is never judged before it is over.
look_at_age() {
  age=0
  started_ticks "$1" || return 0
  read -r up idle </proc/uptime
  age=$((\${up%%.*} - since_boot))
}

# One request to the health path. True where it answered 2xx; says why not in detail.
probe() {
  url="http://$HOST:$port$HEALTH_PATH"
  if command -v curl >/dev/null; then
    code=$(curl -s -o /dev/null -w '%{http_code}' --noproxy '*' --max-time "$HEALTH_TIMEOUT" "$url" 2>/dev/null)
    case $? in 0) ;; 7) code=refused ;; 28) code=slow ;; *) code=broken ;; esac
  elif command -v node >/dev/null; then
    code=$(URL="$url" SECONDS_LEFT="$HEALTH_TIMEOUT" node -e '
      fetch(process.env.URL, { redirect: "manual", signal: AbortSignal.timeout(1000 * process.env.SECONDS_LEFT) })
        .then((answer) => console.log(answer.status))
        .catch((error) => console.log(error.name === "TimeoutError" ? "slow" : error.cause?.code === "ECONNREFUSED" ? "refused" : "broken"))' 2>/dev/null)
  else
    code=$(wget -q -S -O /dev/null -T "$HEALTH_TIMEOUT" -t 1 "$url" 2>&1 | sed -n 's/^ *HTTP[^ ]* \\([0-9]*\\).*/\\1/p' | tail -n 1)
    [ -n "$code" ] || code=refused
  fi
  case $code in
    2??) detail="GET $HEALTH_PATH answered $code"; return 0 ;;
    refused) detail="nothing listens on $HOST:$port" ;;
    slow) detail="GET $HEALTH_PATH did not answer within $HEALTH_TIMEOUT s" ;;
    broken) detail="GET $HEALTH_PATH on $HOST:$port got no HTTP answer" ;;
    *) detail="GET $HEALTH_PATH answered $code" ;;
  esac
  return 1
}

# Asks on, so often as SAMPLES says in all, and counts what was bad. True where nothing was.
sample() {
  bad=$1; of=1; first=$detail
  while [ "$of" -lt "\${SAMPLES:-1}" ]; do
    probe || { bad=$((bad + 1)); first=$detail; }
    of=$((of + 1))
  done
  detail=$first
  [ "$bad" -gt 0 ] && [ "$bad" -lt "$of" ] && detail="$bad of $of times: $first"
  [ "$bad" = 0 ]
}

# Watches the app until it is healthy, has exited, has been unhealthy for longer than its policy allows, or the time of
# this call is over (then the outcome is ok and health is starting: look again). A process that ended is hopeless.
await_health() {
  until_at=$(($(now) + WATCH_SECONDS)); good=0; watched=
  while :; do
    if ! alive "$watched"; then
      supervisor_look
      if [ "$state" = active ] && [ -z "$watched" ]; then watched=$pid
      elif [ "$state" != starting ] || [ "$(now)" -ge "$until_at" ]; then
        state=failed; health=unhealthy; started_at=; finish crashed "crashed on start: $(exit_words)"
      else sleep 0.1; continue; fi
    fi
    if probe; then
      good=$((good + 1))
      if [ $good -ge "$HEALTHY_NEEDED" ]; then health=healthy; return; fi
      sleep "$HEALTH_INTERVAL"
    else
      good=0
      look_at_age "$watched"
      if [ "$age" -ge "$BROKEN_AFTER_SECONDS" ]; then health=unhealthy; finish unhealthy; fi
      if [ "$(now)" -ge "$until_at" ]; then health=starting; return; fi
      sleep "$PROBE_PAUSE"
    fi
  done
}

# exit_words: exit code and the last lines of the log, from what supervisor_look saw.
exit_words() {
  printf 'exit code %s' "$exit_code"
  [ -n "$start_problem" ] && printf ', %s' "$start_problem"
  lines=$(supervisor_log)
  [ -n "$lines" ] && printf ', last lines of its log:\\n%s' "$lines"
}
`;
