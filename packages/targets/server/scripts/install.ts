// The script (behind host/fetch.ts) that brings one host to a release: fetch and verify (unless the release is there already, so that a
// rollback sends nothing again), unpack beside the others, write the environment, flip `current`, restart, watch the
// local health, tidy up. Run twice it has the effect of once; killed anywhere, the next run makes it whole.

export const INSTALL = `
# A release is complete when its folder stands under its own name; it gets there by one rename.
fetch_release() {
  [ -d "$base/releases/$RELEASE" ] && return
  rm -rf "$base/incoming"; mkdir -p "$base/incoming/files" || finish failed "Cannot write in $base: is the disk full?"
  fetch "$base/incoming/artifact" || finish download_failed "The artifact could not be downloaded: $(tail -n 2 "$base/.said")"
  if [ -n "$SHA256" ]; then
    got=$(digest "$base/incoming/artifact"); got=\${got%% *}
    [ "$got" = "$SHA256" ] || finish wrong_digest "The artifact has the SHA-256 $got, the release says $SHA256."
  fi
  unpack "$base/incoming/artifact" "$base/incoming/files"
  give_to_user "$base/incoming/files"
  mv "$base/incoming/files" "$base/releases/$RELEASE" || finish failed "Cannot move the release into place."
  rm -rf "$base/incoming"
}

# What lies in shared/ (data that outlives a release) appears in the release where it has nothing of that name.
link_shared() {
  for entry in "$base/shared"/* "$base/shared"/.[!.]*; do
    name=\${entry##*/}
    { [ -e "$entry" ] && [ ! -e "$base/releases/$RELEASE/$name" ]; } && ln -s "../../shared/$name" "$base/releases/$RELEASE/$name"
  done
  return 0
}

# The wanted port, or the next one that no other app of this host has claimed. A claim is a symbolic link, which is made
# and names its owner in one atomic step.
claim_port() {
  claims="$DIRECTORY/.ports"; mkdir -p "$claims"
  read -r held wanted 2>/dev/null <"$base/port" || { held=; wanted=; }
  if [ "$wanted" = "$PORT" ] && [ "$(readlink "$claims/$held")" = "$unit" ]; then port=$held; return; fi
  port=$PORT
  until ln -s -n "$unit" "$claims/$port" 2>/dev/null || [ "$(readlink "$claims/$port")" = "$unit" ]; do
    port=$((port + 1))
    [ $port -le 65535 ] || finish failed "No free port from $PORT upwards on this host."
  done
  [ -n "$held" ] && [ "$held" != "$port" ] && rm -f "$claims/$held"
  place "$base/port" 644 <<CLAIM
$port $PORT
CLAIM
}

# What this copy may use of the host is taken where it is free, by one at a time: two apps cannot both take the last room.
# Who asks for no more than it has already gets it, so that no way back fails for want of room.
reserve() {
  if [ -z "$RESERVE" ]; then rm -f "$base/reserved"; return; fi
  (take_lock "$DIRECTORY/.reserved.lock"; take_room) || exit 10
}
take_room() {
  host_capacity
  set -- $RESERVE # TARGET COPY CPU MEMORY DISK APART
  for file in "$DIRECTORY"/*/reserved; do
    { read -r who number cpu memory disk apart <"$file"; } 2>/dev/null || continue
    if [ "$file" = "$base/reserved" ]; then
      [ "$3" -le "$cpu" ] && [ "$4" -le "$memory" ] && [ "$5" -le "$disk" ] && free_cpu= && break
    else
      free_cpu=$((free_cpu - cpu)); free_memory=$((free_memory - memory)); free_disk=$((free_disk - disk))
    fi
  done
  if [ -n "$free_cpu" ]; then
    room cpu "$3" "$free_cpu" 1000; room memoryMiB "$4" "$free_memory" 1; room diskGiB "$5" "$free_disk" 1
  fi
  printf '%s\\n' "$RESERVE" >"$base/reserved.new" && mv -f "$base/reserved.new" "$base/reserved" ||
    finish failed "Cannot write in $base: is the disk full?"
}
room() { # MEASURE NEEDED FREE UNIT
  { [ "$2" -eq 0 ] || [ "$2" -le "$3" ]; } && return
  finish no_room "There is no room on this host any more: $1 $(in_units "$2" "$4") is needed and $(in_units "$3" "$4") is free."
}
in_units() { if [ "$2" = 1 ]; then echo "$1"; else awk "BEGIN { print $1 / $2 }"; fi; }

write_files() {
  place "$base/env" 600 <<ENV
$ENVIRONMENT_LINES
PORT="$port"
HOST="$HOST"
$VOLUME_ENV
ENV
  [ "$SUPERVISOR" = pm2 ] && give_to_user "$base/env"
  place "$base/start" 755 <<START
$START_FILE
START
  write_secrets
  supervisor_write
}

flip() {
  [ "$(readlink "$current")" = "releases/$RELEASE" ] && return
  [ -L "$current" ] && ln -s -n -f "$(readlink "$current")" "$base/previous"
  rm -f "$current.new"
  ln -s "releases/$RELEASE" "$current.new" && mv -T -f "$current.new" "$current" || finish failed "Cannot point current to the release."
  changed=yes
}

prune() { # the five newest by last use; never the current one nor the one before it
  kept=0; now_runs=$(readlink "$current"); ran_before=$(readlink "$base/previous")
  for id in $(ls -t "$base/versions"); do
    case "releases/$id" in "$now_runs" | "$ran_before") kept=$((kept + 1)); continue ;; esac
    kept=$((kept + 1))
    [ $kept -gt "$KEEP" ] && rm -rf "$base/releases/$id" "$base/versions/$id"
  done
  return 0
}

prepare() {
  find_host
  if [ "$(id -u)" = 0 ] && ! id "$RUN_USER" >/dev/null 2>&1; then
    finish no_user "The user $RUN_USER does not exist on this host: set it up first, or name another in the pool's settings."
  fi
  mkdir -p "$base/releases" "$base/versions" "$base/shared" || finish failed "Cannot write in $DIRECTORY as $(id -un)."
  if [ ! -f "$base/target" ]; then echo "$APP/$ENVIRONMENT" >"$base/target"; give_to_user "$base/shared"; fi
  [ "$(cat "$base/target")" = "$APP/$ENVIRONMENT" ] ||
    finish clash "The directory $base belongs to $(cat "$base/target"): rename one of the two."
  supervisor_ready
}

# A restart was asked for, and the process is older. By the host's own clock, so that a second run finds it fresh.
is_stale() {
  [ -n "\${FRESH_SINCE-}" ] && [ "$state" = active ] || return 1
  second=$(started_second "$pid") || return 1
  [ "$second" -lt "$FRESH_SINCE" ]
}

install() {
  changed=no
  prepare
  reserve
  fetch_release
  link_shared
  try_secrets
  make_volumes
  claim_port
  write_files
  printf '%s\\n' "$VERSION" >"$base/versions/$RELEASE"
  flip
  supervisor_look
  is_stale && changed=yes
  release=$RELEASE; version=$VERSION
  { [ $changed = no ] && [ "$state" = active ]; } || supervisor_restart
  await_health
  read_running
  prune
  finish ok
}

locked install </dev/null
`;
