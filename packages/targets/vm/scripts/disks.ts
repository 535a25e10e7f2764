// How an instance comes to its disks, with no right of its own: its metadata tells the tags by which the driver has named a disk
// for each volume, and each is mounted before the app starts, at the first boot as after every other one. Only a disk that
// holds nothing gets a file system, and one that has grown takes its file system along. At its path it appears to the app alone (BindPaths=, systemd.exec(5)).
import type { Spec } from "#core/domain/spec.ts";
import { volumeVariable } from "#core/domain/volume.ts";

/** The serial of an EBS volume is its id without the hyphen, on every instance type with NVMe (EBS user guide, "EBS volumes and NVMe"). */
const MOUNT = `#!/bin/sh
PATH="$PATH:/usr/sbin:/sbin"; export PATH
base=\${0%/*}
while read -r name volume user; do
  at="$base/volumes/$name"
  mountpoint -q "$at" && continue
  serial=$(printf %s "$volume" | tr -d -)
  disk=$(lsblk -dpnro NAME,SERIAL | sed -n "s/ $serial\\$//p")
  [ -n "$disk" ] || { echo "the disk $name ($volume) is not attached yet"; exit 1; }
  mkdir -p "$at" || exit 1
  said=$(blkid -p "$disk" 2>&1); found=$?
  if [ $found = 2 ] && [ -z "$said" ]; then mkfs.ext4 -q "$disk" || exit 1
  elif [ $found != 0 ]; then echo "the disk $name ($volume) cannot be read: $said"; exit 1; fi
  mount "$disk" "$at" || exit 1
  case "$said" in *'TYPE="ext4"'*) resize2fs "$disk" >/dev/null || exit 1 ;; esac
  if [ -O "$at" ] && [ "$(id -un)" != "$user" ]; then chown "$user:" "$at" || exit 1; fi
done <"$base/disks"
`;

/** An app waits for its disk as long as its copy lasts; healing replaces a copy that gave up. */
const DISK_SECONDS = 3_600;

/** `VOLUMES`: a line for each, its name, its path, its variable. `isTrial`: the copy that tests an image gets plain folders. */
export function diskVariables(spec: Pick<Spec, "volumes">, isTrial: boolean): Record<string, string> {
  const own = (spec.volumes ?? []).filter((one) => one.shared !== true);
  const lines = own.map(({ name, path }) => `${name} ${path} ${volumeVariable(name)}`);
  return {
    VOLUMES: lines.join("\n"),
    DISK_SECONDS: own.length === 0 || isTrial ? "" : String(DISK_SECONDS),
  };
}

export const DISK_STEPS = `
metadata="\${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}/latest"
each_volume() { # COMMAND: with name, path and variable of each
  while read -r name path variable; do [ -z "$name" ] || "$1" || return 1; done <<VOLUMES
$VOLUMES
VOLUMES
}
place_volume() {
  case "$path/" in "$DIRECTORY/"*) finish clash "The path $path of the volume $name is in $DIRECTORY, where releases are: choose another." ;; esac
  case "$DIRECTORY/" in "$path/"*) finish clash "The path $path of the volume $name would hide $DIRECTORY, where releases are: choose another." ;; esac
  mkdir -p "$base/volumes/$name" && give_to_user "$base/volumes/$name"
  BINDS="\${BINDS-}\${newline}BindPaths=\\"$(unit_path "$base/volumes/$name")\\":$path"
}
volume_line() { printf '%s="%s"\\n' "$variable" "$path"; }
name_disk() {
  volume=$(curl -sf -m 2 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/tags/instance/tutti:disk.$name") ||
    { echo "waits for the disk $name"; return 1; }
  names="$names$name $volume $RUN_USER$newline"
}
# Writes which disk is which, as soon as the metadata says so of every volume.
name_disks() {
  token=$(curl -sf -m 2 -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 300" "$metadata/api/token") ||
    { echo "the metadata of the instance does not answer"; return 1; }
  names=
  each_volume name_disk || return 1
  printf '%s' "$names" >"$base/disks"
}
bring_disks() {
  each_volume place_volume
  [ -n "$DISK_SECONDS" ] || return 0
  command -v curl >/dev/null || finish failed "The image has no curl, which asks for the disks."
  place "$base/mount-disks" 755 <<'MOUNT'
${MOUNT}MOUNT
  BINDS="\${newline}ExecStartPre=+/bin/sh \\"$(unit_path "$base/mount-disks")\\"$BINDS"
  until { name_disks && sh "$base/mount-disks"; } >"$base/.said" 2>&1; do
    [ "$DISK_SECONDS" -gt 0 ] || finish failed "$(tail -n 1 "$base/.said")"
    DISK_SECONDS=$((DISK_SECONDS - 1)); sleep 1
  done
}
`;
