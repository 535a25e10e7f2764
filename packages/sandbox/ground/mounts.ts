// Folders laid over paths for one program alone, in a mount namespace of its own (mount_namespaces(7)): what systemd's
// BindPaths=, a task's volumes and a function's file system are. A path that is not there is made in memory, so that this
// machine's own folders stay as they are. Where the kernel does not let us, it is an error, never a pretence.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";

/** `source` is a folder or a file, or it is memory of so many MiB (one of these, told first); it appears at `path` (absolute). */
export type Bind = { path: string } & ({ source: string } | { sizeMib: number });

/** A folder that the mounts of one program may begin in; what is in it is seen by nobody else. */
export type Mounts = { binds: Bind[]; scratch: string; cwd: string };

/** The command line that runs `argv` with the folders in place. Throws an Error with the kernel's words where it may not be. */
export function mounted(argv: string[], { binds, scratch, cwd }: Mounts): string[] {
  if (binds.length === 0) return argv;
  const sources = binds.flatMap((bind) => ("source" in bind ? [bind.source] : []));
  const missing = sources.find((source) => !existsSync(source));
  if (missing !== undefined) throw new Error(`${missing}: No such file or directory`);
  const problem = mountProblem();
  if (problem !== null) throw new Error(problem);
  mkdirSync(scratch, { recursive: true });
  const folders = binds.flatMap((bind) => ["source" in bind ? bind.source : String(bind.sizeMib), bind.path]);
  return [
    ...namespace(),
    "/bin/sh",
    "-c",
    LAY,
    "mounts",
    scratch,
    cwd,
    ...identity(),
    String(binds.length),
    ...folders,
    ...argv,
  ];
}

let known: string | null | undefined;

/** Why no program here can have mounts of its own; `null` where it can. */
export function mountProblem(): string | null {
  if (known !== undefined) return known;
  const [program, ...args] = namespace();
  const { status, stderr, error } = spawnSync(program!, [...args, "/bin/true"], { encoding: "utf8" });
  known = status === 0 ? null : (error?.message ?? stderr.trim()) || "no mount namespace can be made";
  return known;
}

/** An ordinary user is root in a user namespace of its own until the mounts are made (user_namespaces(7)). */
function namespace(): string[] {
  const own = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return ["unshare", ...own, "--mount", "--"];
}

/** Whom the program runs as in the end. */
function identity(): [string, string] {
  return [String(process.getuid?.() ?? 0), String(process.getgid?.() ?? 0)];
}

/** Exit status of systemd.exec(5), "Process Exit Codes": EXIT_NAMESPACE. */
export const EXIT_NAMESPACE = 226;

// Commands of a machine's own bin directory stand in front of the host's: here the host's are meant.
const LAY = `
own_path=$PATH; PATH=/usr/sbin:/usr/bin:/sbin:/bin
trap 'exit ${EXIT_NAMESPACE}' EXIT
set -e
scratch=$1; cwd=$2; uid=$3; gid=$4; count=$5; shift 5
mount -t tmpfs -o mode=755 none "$scratch"
root=; memory=; number=0; shadows=" "
# shadow DIRECTORY: a copy of it in memory takes its place, with everything that is in it, so that more can be put there.
shadow() {
  case $shadows in *" $1 "*) return 0 ;; esac
  shadows="$shadows$1 "
  number=$((number + 1)); copy="$scratch/$number"; mkdir "$copy"; from="$root$1"
  for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    to="$copy/\${entry##*/}"
    if [ -L "$entry" ]; then cp -P "$entry" "$to"
    elif [ -d "$entry" ]; then mkdir "$to"; mount --rbind "$entry" "$to"
    elif [ -e "$entry" ]; then : >"$to"; mount --bind "$entry" "$to"
    fi
  done
  if [ "$1" = / ]; then root=$copy; else mount --rbind "$copy" "$from"; fi
}
lay() { # SOURCE PATH
  if [ -f "$1" ] && [ -e "$root$2" ]; then mount --bind "$1" "$root$2"; return 0; fi
  if [ -n "$memory" ]; then
    case $2 in "$memory"/*) mkdir -p "$scratch/memory\${2#"$memory"}"; mount --rbind "$1" "$scratch/memory\${2#"$memory"}"; return 0 ;; esac
  fi
  case $1 in
    /*) ;;
    *) mkdir "$scratch/memory"; mount -t tmpfs -o "mode=1777,size=$1m" none "$scratch/memory"; memory=$2; return 0 ;;
  esac
  at=; rest=\${2#/}
  while [ -n "$rest" ] && [ -d "$root$at/\${rest%%/*}" ]; do
    at="$at/\${rest%%/*}"
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
  done
  if [ -n "$rest" ]; then shadow "\${at:-/}"; mkdir -p "$root\${2%/*}"; fi
  if [ ! -f "$1" ]; then mkdir -p "$root$2"; elif [ ! -e "$root$2" ]; then : >"$root$2"; fi
  mount --rbind "$1" "$root$2"
}
while [ "$count" -gt 0 ]; do lay "$1" "$2"; shift 2; count=$((count - 1)); done
# Last, since what is laid may itself lie where the memory comes to lie.
[ -z "$memory" ] || mount --rbind "$scratch/memory" "$root$memory"
[ "$uid" = 0 ] || set -- unshare --user --map-user="$uid" --map-group="$gid" -- "$@"
trap - EXIT
if [ -n "$root" ]; then exec chroot "$root" /bin/sh -c 'cd "$1" && PATH=$2 && shift 2 && exec "$@"' mounts "$cwd" "$own_path" "$@"; fi
cd "$cwd"; PATH=$own_path; exec "$@"
`;
