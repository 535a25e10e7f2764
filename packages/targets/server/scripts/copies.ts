// Looking at all copies of an app on a host at once, and at the host itself: what it has, and what is reserved of it.
// A reservation is a line in a copy's own folder, so that what is gone reserves nothing.
import { TELL_VOLUMES } from "./volumes.ts";

export const EACH_COPY = `
# for_each_copy COMMAND…: in a shell of its own each, since a command ends with finish.
for_each_copy() {
  for one in "$DIRECTORY/$APP-$ENVIRONMENT" "$DIRECTORY/$APP-$ENVIRONMENT".[0-9]*; do
    [ -d "$one" ] || continue
    (COPY=\${one#"$DIRECTORY/$APP-$ENVIRONMENT"}; COPY=\${COPY#.}; name_copy; "$@") || return 1
  done
}
`;

/** Sets free_cpu (thousandths), free_memory (MiB) and free_disk (GiB) to all that the host has for apps. */
export const CAPACITY = `
host_capacity() {
  if [ -n "\${CAPACITY-}" ]; then read -r free_cpu free_memory free_disk <<CAPACITY
$CAPACITY
CAPACITY
    return
  fi
  free_cpu=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN); free_cpu=$((free_cpu * 1000))
  free_memory=$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo); free_memory=$((free_memory / 1024))
  free_disk=$(df -Pk "$DIRECTORY" 2>/dev/null | awk 'NR == 2 { print int($2 / 1048576) }'); free_disk=\${free_disk:-0}
}
`;

/** Every copy is looked at, at the same time: one that hangs costs the others nothing. */
export const LOOK_AT_ALL = `${CAPACITY}${TELL_VOLUMES}
tell_host() {
  mkdir -p "$DIRECTORY" 2>/dev/null
  host_capacity
  found=
  for file in "$DIRECTORY"/*/reserved; do
    { read -r who number cpu memory disk apart <"$file"; } 2>/dev/null || continue
    found="$found\${found:+,}{\\"target\\":\\"$who\\",\\"copy\\":$number,\\"milliCpu\\":$cpu,\\"memoryMiB\\":$memory,\\"diskGiB\\":$disk,\\"apart\\":\\"$apart\\"}"
  done
  printf 'TUTTI_HOST {"milliCpu":%s,"memoryMiB":%s,"diskGiB":%s,"reserved":[%s]}\\n' "$free_cpu" "$free_memory" "$free_disk" "$found"
}
look_at_all() {
  [ -n "$TELL_HOST" ] && tell_host
  tell_volumes
  seen=
  for one in "$DIRECTORY/$APP-$ENVIRONMENT" "$DIRECTORY/$APP-$ENVIRONMENT".[0-9]*; do
    [ -L "$one/current" ] || continue
    seen=yes
    (COPY=\${one#"$DIRECTORY/$APP-$ENVIRONMENT"}; COPY=\${COPY#.}; name_copy; look) &
  done
  wait
  [ -n "$seen" ] || look
  exit 0
}
look_at_all </dev/null
`;
