// A manifest as rows: each key's value for all environments, and this environment's own where it has one.

export type Row = { path: string; base?: string; own?: string };

export function differencesOf(manifest: Record<string, unknown>, environment: string): Row[] {
  const { environments, ...base } = manifest;
  const overlay = (environments as Record<string, unknown> | undefined)?.[environment] ?? {};
  const everywhere = leavesOf(base);
  const here = leavesOf(overlay as Record<string, unknown>);
  const paths = [...new Set([...everywhere.keys(), ...here.keys()])];
  return paths.map((path) => ({
    path,
    ...(everywhere.has(path) ? { base: everywhere.get(path)! } : {}),
    ...(here.has(path) && here.get(path) !== everywhere.get(path) ? { own: here.get(path)! } : {}),
  }));
}

/** Lists are one value: an environment replaces them whole. */
function leavesOf(tree: Record<string, unknown>, before = ""): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = before ? `${before}.${key}` : key;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [deeper, text] of leavesOf(value as Record<string, unknown>, path)) leaves.set(deeper, text);
    else leaves.set(path, typeof value === "string" ? value : JSON.stringify(value));
  }
  return leaves;
}
