// Tags and reserved concurrency of functions.
import { invalid } from "./faults.ts";
import { parseFunctionName } from "./names.ts";
import type { FunctionStore } from "./store.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function settingHandlers(store: FunctionStore) {
  const byName = (name: string) => store.get(parseFunctionName(name).name);
  return {
    TagResource(input: Input) {
      const record = byName(input.Resource);
      record.tags = { ...record.tags, ...input.Tags };
      store.save(record);
      return {};
    },
    UntagResource(input: Input) {
      const record = byName(input.Resource);
      for (const key of input.TagKeys ?? []) delete record.tags[key];
      store.save(record);
      return {};
    },
    ListTags: (input: Input) => ({ Tags: byName(input.Resource).tags }),
    PutFunctionConcurrency(input: Input) {
      const count = input.ReservedConcurrentExecutions;
      if (!Number.isInteger(count) || count < 0)
        throw invalid(`Value '${count}' at 'reservedConcurrentExecutions' must be 0 or more`);
      const record = byName(input.FunctionName);
      record.reservedConcurrency = count;
      store.save(record);
      return { ReservedConcurrentExecutions: count };
    },
    GetFunctionConcurrency(input: Input) {
      const count = byName(input.FunctionName).reservedConcurrency;
      return count === undefined ? {} : { ReservedConcurrentExecutions: count };
    },
    DeleteFunctionConcurrency(input: Input) {
      const record = byName(input.FunctionName);
      delete record.reservedConcurrency;
      store.save(record);
      return {};
    },
  };
}
