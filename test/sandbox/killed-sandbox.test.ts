// A sandbox that is killed, not stopped: what was under way goes on in the next one.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, expect, test } from "vitest";

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

async function run(directory: string): Promise<SFNClient> {
  const script = new URL("../support/run-sandbox.ts", import.meta.url).pathname;
  child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout! })) {
    const { endpoint, rootCredentials: credentials } = JSON.parse(line);
    return new SFNClient({ region: "us-east-1", endpoint, credentials });
  }
  throw new Error("the sandbox did not start");
}

test("executions in a loop and in a wait are carried to their end after kill -9", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sandbox-"));
  const before = await run(directory);
  const roleArn = "arn:aws:iam::000000000000:role/none";
  const States = {
    First: { Type: "Pass", Assign: { n: 0 }, Next: "More" },
    More: { Type: "Choice", Choices: [{ Condition: "{% $n < 40 %}", Next: "Pause" }], Default: "Done" },
    Pause: {
      Type: "Wait",
      Timestamp: "{% $fromMillis($millis() + 50) %}",
      Assign: { n: "{% $n + 1 %}" },
      Next: "More",
    },
    Done: { Type: "Succeed", Output: "{% $n %}" },
  };
  const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "First", States });
  const { stateMachineArn } = await before.send(
    new CreateStateMachineCommand({ name: "loop", roleArn, definition }),
  );
  const start = async () => (await before.send(new StartExecutionCommand({ stateMachineArn }))).executionArn;
  const executions = await Promise.all([start(), start(), start()]);
  await new Promise((resolve) => setTimeout(resolve, 700));
  child?.kill("SIGKILL");
  await once(child as ChildProcess, "exit");
  const after = await run(directory);
  for (const executionArn of executions) {
    const describe = () => after.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await describe()).status).toBe("SUCCEEDED");
    expect((await describe()).output).toBe("40");
    const { events } = await after.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
    expect(events?.map((event) => event.id)).toEqual(events?.map((_, at) => at + 1));
    expect(events?.filter((event) => event.type === "WaitStateEntered")).toHaveLength(40);
  }
});
