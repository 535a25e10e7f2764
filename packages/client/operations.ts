// Types of every operation, read off the API's own route definitions: nothing is written twice, nothing can drift.
import type { z } from "zod";
import type { ApiRoute } from "#functions/api/routes.ts";

export type OperationKey = ApiRoute["key"];

type Of<K extends OperationKey> = Extract<ApiRoute, { key: K }>;
type SchemaOf<K extends OperationKey, Part extends "params" | "query" | "body"> = NonNullable<Of<K>[Part]>;

type Params<K extends OperationKey> =
  z.input<SchemaOf<K, "params">> extends infer P ? (P extends undefined ? unknown : { params: P }) : never;

/** Query values may be given as numbers and booleans; they travel as text. */
type Query<K extends OperationKey> =
  z.input<SchemaOf<K, "query">> extends infer Q
    ? Q extends undefined
      ? unknown
      : { query?: { [Name in keyof Q]?: string | number | boolean } }
    : never;

type Body<K extends OperationKey> =
  z.input<SchemaOf<K, "body">> extends infer B
    ? [B] extends [undefined]
      ? unknown
      : undefined extends B
        ? { body?: B }
        : { body: B }
    : never;

export type Input<K extends OperationKey> = Params<K> & Query<K> & Body<K>;

type AnswerSchemas<K extends OperationKey> = Of<K>["answers"];

export type Answer<K extends OperationKey> = z.output<
  Extract<AnswerSchemas<K>[keyof AnswerSchemas<K>], z.ZodType>
>;
