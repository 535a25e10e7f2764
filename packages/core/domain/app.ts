// An app as a team registered it: its manifest document as applied, not yet merged for an environment.
import type { Kind } from "./kind.ts";

export type App = {
  app: string;
  kind: Kind;
  manifest: Record<string, unknown>;
  /** Rises by one with every replacement of the manifest. */
  revision: number;
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
};
