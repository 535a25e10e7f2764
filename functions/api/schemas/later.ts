// What the contract promises and nobody has built yet.
import * as z from "zod";

/** Part of the contract, and not built yet: refused by name, never ignored. */
export const later = () =>
  z
    .unknown()
    .optional()
    .superRefine((value, context) => {
      if (value !== undefined)
        context.addIssue({ code: "custom", message: "is not supported yet", params: { later: true } });
    })
    .meta({ description: "Not supported yet" });
