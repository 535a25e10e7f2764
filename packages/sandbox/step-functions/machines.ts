// State machines: creating (idempotent by name and definition), changing, listing, deleting. Executions keep the
// definition they were started with.
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../platform.ts";
import type { Archive } from "./archive.ts";
import { fault } from "./faults.ts";
import {
  checkDefinition,
  checkKind,
  checkName,
  checkRole,
  newMachine,
  sameOrRefuse,
} from "./machine-input.ts";
import type { MachineRecord } from "./records.ts";

export type Machines = ReturnType<typeof openMachines>;

export function openMachines(platform: Platform, directory: string, archive: Archive) {
  const folder = join(directory, "machines");
  mkdirSync(folder, { recursive: true });
  const machines = new Map<string, MachineRecord>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".json")) continue;
    const record = JSON.parse(readFileSync(join(folder, file), "utf8")) as MachineRecord;
    machines.set(record.arn, record);
  }
  const pathOf = (record: MachineRecord) => join(folder, `${encodeURIComponent(record.name)}.json`);

  function save(record: MachineRecord): void {
    archive.keepDefinition(record.definitionSha256, record.definition);
    machines.set(record.arn, record);
    writeFileSync(`${pathOf(record)}.tmp`, JSON.stringify(record));
    renameSync(`${pathOf(record)}.tmp`, pathOf(record));
  }

  return {
    all: () => [...machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    get(arn: string): MachineRecord {
      if (!/^arn:aws:states:[\w-]+:\d{12}:stateMachine:[^:]+$/.test(arn))
        throw fault("InvalidArn", `Invalid Arn: '${arn}'`);
      const record = machines.get(arn);
      if (!record) throw fault("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
      return record;
    },
    find: (arn: string) => machines.get(arn),
    // biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
    create(input: any): MachineRecord {
      checkName(input.name);
      checkKind(input);
      const arn = `arn:aws:states:${platform.region}:${platform.accountId}:stateMachine:${input.name}`;
      const definitionSha256 = checkDefinition(input.definition);
      const existing = machines.get(arn);
      if (existing?.status === "DELETING")
        throw fault("StateMachineDeleting", `State Machine is being deleted: '${arn}'`);
      if (existing) return sameOrRefuse(existing, input, definitionSha256);
      const record = newMachine(arn, input, definitionSha256, platform.now());
      save(record);
      return record;
    },
    // biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
    update(record: MachineRecord, input: any): MachineRecord {
      checkKind(input);
      if (input.definition === undefined && input.roleArn === undefined) {
        throw fault("ValidationException", "Either the definition or the role ARN must be specified");
      }
      const definition = input.definition ?? record.definition;
      const roleArn = input.roleArn === undefined ? record.roleArn : checkRole(input.roleArn);
      const definitionSha256 = checkDefinition(definition);
      const next = {
        ...record,
        definition,
        definitionSha256,
        roleArn,
        updatedAtMs: platform.now(),
        revisionId: randomUUID(),
      };
      save(next);
      return next;
    },
    save,
    remove(record: MachineRecord): void {
      machines.delete(record.arn);
      rmSync(pathOf(record), { force: true });
    },
  };
}
