// Executions on disk: a journal each, and beside it a small record once it has ended. Only the latest 500 ended ones
// are kept; the names of older ones stay taken for 90 days, as on AWS.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ExecutionRecord } from "./records.ts";

const keptExecutions = 500;
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
const nameTakenMs = 90 * 24 * 3600 * 1000;

export type Archive = ReturnType<typeof openArchive>;

export function openArchive(directory: string, nowMs: number) {
  const folder = join(directory, "executions");
  const definitions = join(directory, "definitions");
  mkdirSync(folder, { recursive: true });
  mkdirSync(definitions, { recursive: true });
  const takenFile = join(directory, "taken-names.jsonl");
  const taken = readTaken(takenFile, nowMs);
  const stem = (arn: string) => {
    const [machine, name] = arn.split(":").slice(-2) as [string, string];
    return join(folder, encodeURIComponent(machine), `x-${encodeURIComponent(name)}`);
  };
  const ended: ExecutionRecord[] = [];

  function prune(): void {
    for (const record of ended.splice(0, Math.max(0, ended.length - keptExecutions))) {
      forget(record);
      taken.add(record.arn);
      appendFileSync(takenFile, `${JSON.stringify({ arn: record.arn, atMs: record.stoppedAtMs })}\n`);
      onForgotten(record.arn);
    }
  }

  function forget(record: ExecutionRecord): void {
    rmSync(`${stem(record.arn)}.jsonl`, { force: true });
    rmSync(`${stem(record.arn)}.ended.json`, { force: true });
  }

  let onForgotten: (arn: string) => void = () => {};
  return {
    journalPath: (arn: string) => `${stem(arn)}.jsonl`,
    isTaken: (arn: string) => taken.has(arn),
    whenForgotten(listener: (arn: string) => void): void {
      onForgotten = listener;
    },
    /** Keeps an ended execution's record. */
    end(record: ExecutionRecord): void {
      const path = `${stem(record.arn)}.ended.json`;
      writeFileSync(`${path}.tmp`, JSON.stringify(record));
      renameSync(`${path}.tmp`, path);
      ended.push(record);
      prune();
    },
    forget(record: ExecutionRecord): void {
      const at = ended.indexOf(record);
      if (at >= 0) ended.splice(at, 1);
      forget(record);
    },
    keepDefinition(sha256: string, text: string): void {
      const path = join(definitions, `${sha256}.json`);
      if (existsSync(path)) return;
      writeFileSync(`${path}.tmp`, text);
      renameSync(`${path}.tmp`, path);
    },
    definition: (sha256: string) => readFileSync(join(definitions, `${sha256}.json`), "utf8"),
    /** Ended executions, and the journals of those that have not. */
    read(): { ended: ExecutionRecord[]; journals: string[] } {
      const journals: string[] = [];
      for (const machine of readdirSync(folder)) {
        const files = new Set(readdirSync(join(folder, machine)));
        for (const file of files) {
          if (!file.endsWith(".jsonl")) continue;
          const summary = file.replace(/\.jsonl$/, ".ended.json");
          if (files.has(summary))
            ended.push(JSON.parse(readFileSync(join(folder, machine, summary), "utf8")));
          else journals.push(join(folder, machine, file));
        }
      }
      ended.sort((a, b) => (a.stoppedAtMs ?? 0) - (b.stoppedAtMs ?? 0));
      return { ended: [...ended], journals };
    },
  };
}

function readTaken(path: string, nowMs: number): Set<string> {
  if (!existsSync(path)) return new Set();
  const rows = readFileSync(path, "utf8").split("\n").filter(Boolean);
  const fresh = rows
    .map((row) => JSON.parse(row) as { arn: string; atMs: number })
    .filter((row) => row.atMs > nowMs - nameTakenMs);
  writeFileSync(`${path}.tmp`, fresh.map((row) => `${JSON.stringify(row)}\n`).join(""));
  renameSync(`${path}.tmp`, path);
  return new Set(fresh.map((row) => row.arn));
}
