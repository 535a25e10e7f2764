// Keeps what V8 compiled between starts. Only modules loaded after this call are kept, so an entry point imports this
// file statically and everything else inside its `main`.
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

export function keepCompiledCode(): void {
  // Node before 22.1 has no such cache and is only slower.
  enableCompileCache?.(fileURLToPath(new URL("../../node_modules/.cache/tutti/compiled", import.meta.url)));
}
