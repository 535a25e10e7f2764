// dynalite as a library: its validations and actions called in process, without its HTTP server. Its package has no
// types and no exports map; what is used of it is declared here, and its version is pinned.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { AwsError } from "../platform.ts";

type Json = Record<string, unknown>;
type Callback = (error: DynaliteError | null, output?: Json) => void;
type DynaliteError = Error & { statusCode?: number; body?: Json };
type Action = (store: Store, input: Json, callback: Callback) => void;
type Validation = { types: Json; custom?: unknown };
type Store = {
  tableDb: { awsAccountId: string; awsRegion: string };
  lifecycleManager: { gracefulClose(callback: (error?: Error) => void): void };
};
type Database = {
  create(options: Json): Store;
  checkConditional(input: Json, item: Json | undefined): DynaliteError | null | undefined;
};

export type Engine = {
  run(operation: string, input: Json): Promise<Json>;
  close(): Promise<void>;
};

const ACTIONS = [
  "BatchGetItem",
  "BatchWriteItem",
  "CreateTable",
  "DeleteItem",
  "DeleteTable",
  "DescribeTable",
  "GetItem",
  "ListTables",
  "ListTagsOfResource",
  "PutItem",
  "Query",
  "Scan",
  "TagResource",
  "UntagResource",
  "UpdateItem",
  "UpdateTable",
];

export const ENGINE_OPERATIONS: readonly string[] = ACTIONS;

const require = createRequire(import.meta.url);

export function openEngine(path: string, accountId: string, region: string): Engine {
  mkdirSync(path, { recursive: true });
  const database = require("dynalite/db") as Database;
  const validations = require("dynalite/validations") as {
    checkTypes(input: Json, types: Json): Json;
    checkValidations(input: Json, types: Json, custom: unknown, store: Store): void;
  };
  const actions = loadActions();
  answerOldItem(database, actions);
  const store = database.create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  Object.assign(store.tableDb, { awsAccountId: accountId, awsRegion: region });
  return {
    async run(operation, input) {
      const { action, validation } = actions.get(operation)!;
      try {
        const checked = validations.checkTypes(input, validation.types);
        validations.checkValidations(checked, validation.types, validation.custom, store);
        return await call(action, store, checked);
      } catch (error) {
        throw translate(error as DynaliteError);
      }
    },
    close: () => new Promise((resolve) => store.lifecycleManager.gracefulClose(() => resolve())),
  };
}

function loadActions(): Map<string, { action: Action; validation: Validation }> {
  const loaded = ACTIONS.map((operation) => {
    const file = operation[0]!.toLowerCase() + operation.slice(1);
    const action = require(`dynalite/actions/${file}`) as Action;
    const validation = require(`dynalite/validations/${file}`) as Validation;
    return [operation, { action, validation }] as const;
  });
  return new Map(loaded);
}

const patched = new WeakSet<Database>();

/** dynalite does not know ReturnValuesOnConditionCheckFailure: a failed condition is given the item that was there. */
function answerOldItem(database: Database, actions: Map<string, { validation: Validation }>): void {
  if (patched.has(database)) return;
  patched.add(database);
  for (const operation of ["PutItem", "UpdateItem", "DeleteItem"])
    actions.get(operation)!.validation.types.ReturnValuesOnConditionCheckFailure = {
      type: "String",
      enum: ["ALL_OLD", "NONE"],
    };
  const { checkConditional } = database;
  database.checkConditional = (input, item) => {
    const error = checkConditional(input, item);
    if (error?.body && item && input.ReturnValuesOnConditionCheckFailure === "ALL_OLD")
      error.body.Item = item;
    return error;
  };
}

function call(action: Action, store: Store, input: Json): Promise<Json> {
  return new Promise((resolve, reject) =>
    action(store, input, (error, output) => (error ? reject(error) : resolve(output ?? {}))),
  );
}

function translate(error: DynaliteError): Error {
  if (!error.statusCode || !error.body) return error;
  const { __type, message, Message, ...extra } = error.body;
  return new AwsError(String(__type).split("#").at(-1)!, String(message ?? Message ?? ""), extra);
}
