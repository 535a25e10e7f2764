// What an evaluated SST program would have made: one entry for each resource, as the providers would have been asked for it.
export type Resource = {
  type: string;
  name: string;
  custom: boolean;
  protect: boolean;
  retainOnDelete: boolean;
  /** Secrets are opened, archives left out. */
  inputs: Record<string, unknown>;
};

export type Graph = {
  app: {
    name: string;
    removal: string;
    protect?: boolean;
    providers: Record<string, Record<string, unknown>>;
  };
  resources: Resource[];
  /** Where the bundle of each function lies, by its logical name. */
  bundles: Record<string, string>;
  outputs: Record<string, unknown>;
};

/** The inputs of all resources of a type, by logical name. */
export function inputsOf(graph: Graph, type: string): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    graph.resources.filter((one) => one.type === type).map((one) => [one.name, one.inputs]),
  );
}

export function resource(graph: Graph, type: string, name: string): Resource {
  const found = graph.resources.find((one) => one.type === type && one.name === name);
  if (!found) throw new Error(`The program makes no ${type} ${name}.`);
  return found;
}
