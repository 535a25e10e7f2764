// The environment of whatever runs on a machine: nothing of the sandbox's own (npm's variables, AWS credentials) gets
// in, and every process carries the marks by which a later sandbox finds and ends what a killed one left behind.
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type MachineFacts = {
  id: string;
  /** The machine's own directory: its HOME and the working directory of its commands. */
  directory: string;
  /** Its loopback address. */
  address: string;
  /** The sandbox's state directory, absolute: the mark of every process. */
  sandboxDirectory: string;
  /** Where AWS is, for the SDKs of what runs on it. */
  endpoint: string;
};

/** Where an instance's metadata is on its own address; nobody listens there on any other machine. */
export const METADATA_PORT = 51_680;

const PRELOAD = fileURLToPath(new URL("./preload.cjs", import.meta.url));

export function machineEnvironment(machine: MachineFacts): Record<string, string> {
  const user = userInfo().username;
  return {
    PATH: [
      join(machine.directory, "bin"),
      dirname(process.execPath),
      "/usr/local/bin",
      "/usr/bin",
      "/bin",
    ].join(":"),
    HOME: machine.directory,
    TMPDIR: join(machine.directory, "tmp"),
    USER: user,
    LOGNAME: user,
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
    HOSTNAME: machine.id,
    AWS_ENDPOINT_URL: machine.endpoint,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${machine.address}:${METADATA_PORT}`,
    ...machineMarks(machine),
    NODE_OPTIONS: nodeOptions(undefined),
  };
}

/** What a unit's own settings may not override. */
export function machineMarks(machine: MachineFacts): Record<string, string> {
  return { HOST: machine.address, SANDBOX_DIRECTORY: machine.sandboxDirectory, SANDBOX_MACHINE: machine.id };
}

/** The preload in front of the options that a unit brings. */
export function nodeOptions(own: string | undefined): string {
  const quoted = PRELOAD.replace(/[\\"]/g, "\\$&");
  return [`--require "${quoted}"`, own].filter(Boolean).join(" ");
}
