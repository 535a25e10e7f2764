// The four ways of running software. What one of them can do is declared by its driver (driver/capabilities.ts).

export const KINDS = ["server", "vm", "container", "function"] as const;
export type Kind = (typeof KINDS)[number];
