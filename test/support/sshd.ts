// Real OpenSSH servers on loopback, each with its own host key, its own address and its own ordinary user, so that they
// are as many hosts. Needs root and Debian's openssh-server; everything it made is gone after `stop`.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshHost } from "#core/domain/environment.ts";
import { freePort } from "#start/free-port.ts";
import { lastingTmp } from "./one-temp-folder.ts";

const PM2_VERSION = "7.0.4";

export type SshFarm = {
  hosts: SshHost[];
  /** OpenSSH private key that every host lets in. */
  privateKey: string;
  privateKeyFile: string;
  knownHostsFile: string;
  directory: string;
  stop(): Promise<void>;
};

export async function startSshFarm(count: number): Promise<SshFarm> {
  const directory = mkdtempSync(join(tmpdir(), "tutti-ssh-"));
  execFileSync("chmod", ["755", directory]);
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const path = [dirname(process.execPath), join(installPm2(), "node_modules", ".bin"), "/usr/bin", "/bin"];
  const privateKeyFile = makeKey(directory, "login");
  const port = await freePort();
  const made = Array.from({ length: count }, (_, index) =>
    makeHost({ directory, index: index + 1, port, path: path.join(":") }),
  );
  await Promise.all(made.map(({ host }) => reachable(host)));
  const hosts = made.map(({ host }) => host);
  const knownHostsFile = join(directory, "known_hosts");
  writeFileSync(knownHostsFile, hosts.map((host) => `[${host.address}]:${port} ${host.hostKey}\n`).join(""));
  return {
    hosts,
    privateKey: readFileSync(privateKeyFile, "utf8"),
    privateKeyFile,
    knownHostsFile,
    directory,
    async stop() {
      for (const { server, host } of made) {
        server.kill();
        endUser(host.user);
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** PM2 in a folder that every user may read, once per version. */
function installPm2(): string {
  const directory = join(lastingTmp(), `tutti-pm2-${PM2_VERSION}`);
  if (!existsSync(join(directory, "node_modules", ".bin", "pm2"))) {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    const npm = [
      "install",
      "--prefix",
      directory,
      "--silent",
      "--no-fund",
      "--no-audit",
      `pm2@${PM2_VERSION}`,
    ];
    execFileSync("npm", npm, { stdio: "pipe", timeout: 600_000 });
  }
  return directory;
}

function makeKey(directory: string, name: string): string {
  const file = join(directory, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
  return file;
}

type Request = { directory: string; index: number; port: number; path: string };

function makeHost({ directory, index, port, path }: Request): { host: SshHost; server: ChildProcess } {
  const name = `host-${index}`;
  const user = `tutti-ssh-${process.pid}-${index}`;
  const home = join(directory, `home-${index}`);
  // A password of `*` lets nobody in by password and does not count as a locked account.
  execFileSync("useradd", ["-m", "-d", home, "-s", "/bin/sh", "-p", "*", user]);
  const hostKeyFile = makeKey(directory, `${name}-key`);
  const address = `127.88.${(process.pid >> 4) % 256}.${index}`;
  const config = join(directory, `${name}.conf`);
  writeFileSync(
    config,
    `ListenAddress ${address}:${port}
HostKey ${hostKeyFile}
PidFile none
AuthorizedKeysFile ${join(directory, "login.pub")}
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups 100
LogLevel QUIET
SetEnv PATH=${path} PM2_HOME=${home}/.pm2
`,
  );
  const server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", config], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [type, key] = readFileSync(`${hostKeyFile}.pub`, "utf8").split(" ");
  return { host: { name, address, port, user, hostKey: `${type} ${key}` }, server };
}

async function reachable({ address, port, name }: SshHost): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: address, port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`sshd of ${name} does not answer on ${address}:${port}`);
}

/** Its processes (PM2's daemon among them) belong to this user alone. */
function endUser(user: string): void {
  try {
    execFileSync(
      "sh",
      [
        "-c",
        `for pid in $(ps -o pid= -u "$1"); do kill -9 "$pid"; done; sleep 0.1; userdel -r "$1"`,
        "sh",
        user,
      ],
      {
        stdio: "ignore",
      },
    );
  } catch {
    // Nothing of it is left.
  }
}
