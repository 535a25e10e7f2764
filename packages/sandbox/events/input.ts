// What of an event a target gets: all of it, a constant, one path of it, or a template filled from several paths.
import { AwsError } from "../platform.ts";

export type TargetInput = {
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate?: string };
};

export function payloadFor(target: TargetInput, event: unknown): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(resolvePath(target.InputPath, event) ?? null);
  if (target.InputTransformer) return transform(target.InputTransformer, event);
  return JSON.stringify(event);
}

function transform(
  { InputPathsMap = {}, InputTemplate = "" }: NonNullable<TargetInput["InputTransformer"]>,
  event: unknown,
): string {
  const values = new Map(
    Object.entries(InputPathsMap).map(([name, path]) => [name, resolvePath(path, event)]),
  );
  // Inside of quotes a value is text; outside it is JSON.
  return InputTemplate.replace(/"(?:[^"\\]|\\.)*"|<([^<>]+)>/g, (part, name?: string) => {
    if (name !== undefined) return JSON.stringify(values.get(name) ?? null);
    return part.replace(/<([^<>]+)>/g, (whole, inner: string) =>
      values.has(inner) ? asText(values.get(inner)) : whole,
    );
  });
}

function asText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? "");
  return JSON.stringify(text).slice(1, -1);
}

/** `$.detail.object.key`: names and positions only. */
export function resolvePath(path: string, event: unknown): unknown {
  if (!/^\$(\.[\w-]+|\[\d+\])*$/.test(path))
    throw new AwsError("ValidationException", `The sandbox does not implement the path ${path}.`);
  return [...path.matchAll(/[\w-]+/g)].reduce<unknown>(
    (value, [name]) => (value as Record<string, unknown> | undefined)?.[name],
    event,
  );
}
