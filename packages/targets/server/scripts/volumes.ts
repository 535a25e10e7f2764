// Disks of an app on a host: a folder for each, beside the releases and never in one, made once and then the app's own. A
// copy has its own, in its own folder. Under systemd it appears to the app alone at its path (BindPaths=, systemd.exec(5)),
// so that two copies may have the same path; under PM2, which has no such thing, by a link. No release, rollback or removal
// touches what is in it: it goes only where DELETE_VOLUMES says so.
import { type Volume, volumeVariable } from "#core/domain/volume.ts";

/** `VOLUMES`: a line for each, its name, size, variable and path. None of these holds a blank. */
export function volumeLines(volumes: readonly Volume[] = []): string {
  return volumes
    .map(({ name, sizeGiB, path }) => `${name} ${sizeGiB} ${volumeVariable(name)} ${path}`)
    .join("\n");
}

/** Sets BINDS (lines of the unit) and VOLUME_ENV (lines of the environment file). */
export const MAKE_VOLUMES = `
make_volumes() {
  BINDS=; VOLUME_ENV=; missing=0
  [ -n "$VOLUMES" ] || return 0
  mkdir -p "$base/volumes" || finish failed "Cannot write in $base: is the disk full?"
  while read -r name size variable path; do
    case "$path/" in "$DIRECTORY/"*) finish clash "The path $path of the volume $name is in $DIRECTORY, where releases are: choose another." ;; esac
    case "$DIRECTORY/" in "$path/"*) finish clash "The path $path of the volume $name would hide $DIRECTORY, where releases are: choose another." ;; esac
    [ -d "$base/volumes/$name" ] || missing=$((missing + size))
  done <<VOLUMES
$VOLUMES
VOLUMES
  if [ "$missing" -gt 0 ]; then
    free=$(df -Pk "$base/volumes" 2>/dev/null | awk 'NR == 2 { print int($4 / 1048576) }')
    [ "$missing" -le "\${free:-0}" ] || finish no_room "There is no room on this host for its disks: diskGiB $missing is needed and \${free:-0} is free."
  fi
  while read -r name size variable path; do
    make_volume
  done <<VOLUMES
$VOLUMES
VOLUMES
}

make_volume() {
  disk="$base/volumes/$name"
  if [ ! -d "$disk" ]; then
    rm -rf "$disk.new"; mkdir -m 750 "$disk.new" || finish failed "Cannot write in $base: is the disk full?"
    give_to_user "$disk.new"; mv "$disk.new" "$disk"
  fi
  printf '%s\\n' "$size $path" >"$base/volumes/.$name"
  if [ "$SUPERVISOR" = pm2 ]; then link_volume; path=$disk
  else BINDS="$BINDS\${newline}BindPaths=\\"$(unit_path "$disk")\\":$path"; fi
  VOLUME_ENV="$VOLUME_ENV$variable=\\"$(printf '%s' "$path" | sed 's/["\\\\$\`]/\\\\&/g')\\"$newline"
}

link_volume() {
  [ "$(readlink "$path" 2>/dev/null)" = "$disk" ] && return
  { [ ! -e "$path" ] && [ ! -L "$path" ]; } ||
    finish clash "$path is there already on this host: with PM2 a volume appears at its path by a link. Choose another path, or server.supervisor systemd."
  { mkdir -p "\${path%/*}/" && ln -s "$disk" "$path"; } 2>"$base/.said" ||
    finish failed "Cannot make the link $path as $(id -un): $(tail -n 1 "$base/.said"). Choose a path that it may write, or server.supervisor systemd."
}
`;

/** All disks of the app on this host, whichever copies have them; silent where there are none. */
export const TELL_VOLUMES = `
tell_volumes() {
  told=
  for disk in "$DIRECTORY/$APP-$ENVIRONMENT"/volumes/* "$DIRECTORY/$APP-$ENVIRONMENT".[0-9]*/volumes/*; do
    name=\${disk##*/}; home=\${disk%/volumes/*}
    case $name in *.*) continue ;; esac
    [ -d "$disk" ] || continue
    { read -r size path <"$home/volumes/.$name"; } 2>/dev/null || size=null
    number=\${home#"$DIRECTORY/$APP-$ENVIRONMENT"}; number=\${number#.}
    used=false; [ -L "$home/current" ] && used=true
    told="$told\${told:+,}{\\"copy\\":\${number:-1},\\"name\\":\\"$name\\",\\"sizeGiB\\":$size,\\"used\\":$used,\\"folder\\":$(json_text "$disk")}"
  done
  [ -n "$told" ] && printf 'TUTTI_VOLUMES [%s]\\n' "$told"
  return 0
}
`;

/** Sets kept to the names of the disks that stay; those that are to go are gone. Links to them go in any case. */
export const LEAVE_VOLUMES = `
leave_volumes() {
  kept=
  for disk in "$base"/volumes/*; do
    [ -d "$disk" ] || continue
    name=\${disk##*/}
    { read -r size path <"$base/volumes/.$name"; } 2>/dev/null || path=
    [ -n "$path" ] && [ "$(readlink "$path")" = "$disk" ] && rm -f "$path"
    kept="$kept\${kept:+, }$name"
  done
  if [ -n "\${DELETE_VOLUMES-}" ] && [ -d "$base/volumes" ]; then
    rm -rf "$base/volumes" || finish failed "Cannot delete the disks in $base/volumes."
    [ -n "$kept" ] && detail="deleted its disks: $kept"
    kept=
  elif [ -n "$kept" ]; then detail="keeps its disks: $kept"
  fi
  return 0
}
# The room of a disk that stays is not free: everything else that was reserved is.
keep_room() {
  { read -r who number cpu memory disk apart <"$base/reserved"; } 2>/dev/null || return 0
  gib=0
  for file in "$base"/volumes/.[a-z]*; do
    { read -r size path <"$file"; } 2>/dev/null && gib=$((gib + size))
  done
  printf '%s\\n' "$who $number 0 0 $gib" >"$base/reserved"
}
`;
