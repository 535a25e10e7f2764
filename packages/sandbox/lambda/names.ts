// A function may be named by its name, a partial ARN or a full ARN, each with a qualifier behind a colon.
import { invalid } from "./faults.ts";
import { LATEST } from "./records.ts";

export type FunctionName = { name: string; qualifier?: string };

/** Reads `name`, `name:qualifier`, `account:function:name` or an ARN; `Qualifier` beside it must not contradict. */
export function parseFunctionName(text: string, qualifier?: string): FunctionName {
  const match =
    /^(?:arn:aws:lambda:[\w-]+:\d{12}:function:|\d{12}:function:|function:)?([\w-]+)(?::([\w$-]+))?$/.exec(
      text,
    );
  const name = match?.[1];
  if (!name || name.length > 64)
    throw invalid(`1 validation error detected: functionName "${text}" is not a function name`);
  const inName = match?.[2];
  if (inName && qualifier && inName !== qualifier) {
    throw invalid("The derived qualifier from the function name does not match the specified qualifier.");
  }
  const found = inName ?? qualifier;
  return found === undefined ? { name } : { name, qualifier: found };
}

export const isVersion = (qualifier: string) => qualifier === LATEST || /^\d+$/.test(qualifier);

export const qualifiedArn = (arn: string, qualifier: string | undefined) =>
  qualifier === undefined ? arn : `${arn}:${qualifier}`;
