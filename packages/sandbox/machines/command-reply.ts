// What a stand-in for a system command answers: what it prints, and its exit status.
export type Reply = { code: number; stdout: string; stderr: string };

export function printed(stdout: string, code = 0): Reply {
  return { code, stdout: stdout && `${stdout}\n`, stderr: "" };
}

export function refused(stderr: string, code = 1): Reply {
  return { code, stdout: "", stderr: `${stderr}\n` };
}

export const DONE: Reply = { code: 0, stdout: "", stderr: "" };

/** One after the other's output; the first status that is not 0 counts. */
export function together(replies: Reply[]): Reply {
  return {
    code: replies.find((reply) => reply.code !== 0)?.code ?? 0,
    stdout: replies.map((reply) => reply.stdout).join(""),
    stderr: replies.map((reply) => reply.stderr).join(""),
  };
}
