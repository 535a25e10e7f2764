// Lists: newest first, a page at a time. `cursor` is handed back to get the next one; `null` means that was the last.
import * as z from "zod";

const PAGE_LIMIT = 200;
const PAGE_DEFAULT = 50;

export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .pipe(
      z
        .int()
        .min(least, `must be a whole number from ${least} to ${most}`)
        .max(most, `must be a whole number from ${least} to ${most}`),
    )
    .meta({ type: "integer", minimum: least, maximum: most, pattern: undefined });

export const flag = z
  .enum(["true", "false"], { error: "must be true or false" })
  .transform((text) => text === "true");

export const pageQuery = z.strictObject({
  limit: wholeNumber(1, PAGE_LIMIT)
    .optional()
    .transform((limit) => limit ?? PAGE_DEFAULT)
    .meta({ description: `How many, from 1 to ${PAGE_LIMIT}; ${PAGE_DEFAULT} where left out` }),
  cursor: z.string().max(2000).optional().meta({ description: "`cursor` of the page before" }),
});

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), cursor: z.string().nullable() });
}
