// The machine's bin directory: commands that stand in front of the real host's. Those about services and disks ask the sandbox
// over its control socket, reboot reboots this machine, and what would change the real host is refused.
import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DISK_COMMANDS } from "./disk-commands.ts";

export const CONTROL_SOCKET = ".control";
const SHARED = ".stand-ins";

const ASKED = ["systemctl", "journalctl", "reboot", ...DISK_COMMANDS];
const REFUSED =
  "useradd userdel usermod groupadd adduser deluser passwd apt apt-get dpkg dnf yum rpm apk snap loginctl sudo su iptables nft hostnamectl timedatectl crontab service init telinit poweroff halt shutdown swapoff swapon sysctl modprobe".split(
    " ",
  );

/** Writes the scripts that all machines of a sandbox share; once at its start. */
export function writeStandIns(machinesDirectory: string): void {
  const directory = join(machinesDirectory, SHARED);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "ask"), ASK, { mode: 0o755 });
  writeFileSync(join(directory, "ask.cjs"), askByNode(), { mode: 0o755 });
  writeFileSync(join(directory, "refuse"), REFUSE, { mode: 0o755 });
}

/** Links the commands into one machine's bin. Idempotent. */
export function linkStandIns(machineDirectory: string): void {
  const bin = join(machineDirectory, "bin");
  mkdirSync(bin, { recursive: true });
  for (const name of ASKED) relink(join(bin, name), join("..", "..", SHARED, "ask"));
  for (const name of REFUSED) relink(join(bin, name), join("..", "..", SHARED, "refuse"));
}

function relink(path: string, target: string): void {
  if (existsSync(path) && readlinkSync(path) === target) return;
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

const REFUSE = `#!/bin/sh
echo "\${0##*/}: not available on a sandbox machine" >&2
exit 1
`;

// The reply is the exit status and a newline, then what goes to stdout and to stderr, each ended by the record separator.
// The socket is named relative to its directory, since the path of a Unix socket may have 107 bytes only (unix(7)).
const ASK = `#!/bin/sh
machine=\${0%/bin/*}
machines=\${machine%/*}
if ! command -v curl >/dev/null 2>&1; then exec "$machines/${SHARED}/ask.cjs" "$machines" "\${machine##*/}" "\${0##*/}" "$@"; fi
where=$PWD
cd "$machines" || exit 1
reply=$(printf '%s\\0' "$where" "$@" | curl -sS -m 900 --unix-socket ${CONTROL_SOCKET} --data-binary @- "http://sandbox/\${machine##*/}/\${0##*/}") || exit 1
end=$(printf '\\036')
code=\${reply%%[!0-9]*}
reply=\${reply#*:}
out=\${reply%%"$end"*}
reply=\${reply#*"$end"}
printf '%s' "$out"
printf '%s' "\${reply%%"$end"*}" >&2
exit "$code"
`;

function askByNode(): string {
  return `#!${process.execPath}
"use strict";
const http = require("node:http");
const [machines, machine, command, ...args] = process.argv.slice(2);
const where = process.cwd();
process.chdir(machines);
const request = http.request(
  { socketPath: ${JSON.stringify(CONTROL_SOCKET)}, path: "/" + machine + "/" + command, method: "POST", timeout: 900000 },
  async (response) => {
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    const [out, err] = text.slice(text.indexOf(":") + 1).split("\\x1e");
    process.stdout.write(out);
    process.stderr.write(err);
    process.exitCode = Number.parseInt(text, 10);
  },
);
request.on("error", (error) => {
  console.error(command + ": the sandbox does not answer: " + error.message);
  process.exitCode = 1;
});
request.end([where, ...args].map((word) => word + "\\0").join(""));
`;
}
