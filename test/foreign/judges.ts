// The judges: emulators of AWS that others wrote. What is said here is all that Tutti's tests know of them; everything
// else they learn through the AWS SDK.

export type JudgeName = "moto" | "MiniStack";

export type Judge = {
  name: JudgeName;
  /** Within the Python environment. */
  program: string;
  arguments(port: number): string[];
  environment(port: number): Record<string, string>;
  /** Answers once the emulator is ready. */
  readyPath: string;
  /** POSTed to a path of its own once it is ready. */
  settings?: { path: string; body: unknown };
};

/** Nothing listens there: what an emulator does must not depend on whether the machine has Docker. */
const NO_DOCKER = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

/**
 * moto answers each request in a thread of its own and keeps its tables without a lock: of ten conditional writes at once
 * one was lost now and then. Python hands over between threads every 5 ms (sys.setswitchinterval); at a minute a request
 * is answered in one piece unless it waits for something. At a microsecond the loss is seen in every run.
 */
const MOTO_IN_TURN = "import sys; sys.setswitchinterval(60); from moto.server import main; main()";

export const JUDGES: Record<JudgeName, Judge> = {
  moto: {
    name: "moto",
    program: "python",
    arguments: (port) => ["-c", MOTO_IN_TURN, "-H", "127.0.0.1", "-p", String(port)],
    environment: () => ({ ...NO_DOCKER, MOTO_ACCOUNT_ID: "000000000000" }),
    readyPath: "/moto-api/",
    // moto documentation, "Configuration options": both ask for Docker otherwise, or do nothing.
    settings: {
      path: "/moto-api/config",
      body: { lambda: { use_docker: false }, stepfunctions: { execute_state_machine: true } },
    },
  },
  MiniStack: {
    name: "MiniStack",
    program: "python",
    arguments: () => ["-m", "ministack"],
    environment: (port) => ({
      ...NO_DOCKER,
      GATEWAY_PORT: String(port),
      // Without it, it listens on every address of the machine.
      BIND_HOST: "127.0.0.1",
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      // Functions reach the other services of the emulator by this.
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    }),
    readyPath: "/_ministack/health",
  },
};
