// The part of dynalite that the tests use; the package ships no types.
declare module "dynalite" {
  import type { Server } from "node:http";

  function dynalite(options?: { createTableMs?: number; path?: string }): Server;
  export = dynalite;
}
