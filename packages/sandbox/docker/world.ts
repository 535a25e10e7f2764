// What a stand-in command has around it, read from its environment once.

export type World = {
  home: string;
  cwd: string;
  /** Where a registry's sign-in is tried. */
  registryUrl: string;
  /** Whether a container may run Docker: CodeBuild's privileged mode. */
  privileged: boolean;
  out(line: string): void;
};

/** A refusal in words; the command ends with its exit code. */
export class Refusal extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function refuse(message: string, exitCode = 1): never {
  throw new Refusal(message, exitCode);
}

export function worldOf(env: NodeJS.ProcessEnv): World {
  return {
    home: env.HOME ?? refuse("HOME is not set"),
    cwd: process.cwd(),
    registryUrl: env.SANDBOX_REGISTRY_URL ?? refuse("SANDBOX_REGISTRY_URL is not set"),
    privileged: env.SANDBOX_PRIVILEGED === "1",
    out: (line) => void process.stdout.write(`${line}\n`),
  };
}

/** Runs a command to its exit code; a refusal's words go to stderr. */
export async function finish(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = error instanceof Refusal ? error.exitCode : 1;
  }
}
