// A list in which nothing may stand twice.
import type * as z from "zod";

/** For `superRefine`. `what`: what its entries are called. */
export function eachOnce(what: string) {
  return (names: string[], context: z.RefinementCtx): void => {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: "custom", message: `must name each ${what} once, not ${twice} twice` });
  };
}
