// What a role may do: one statement of its policy. `conditions` are IAM's own: operator, key, value.
export type Statement = {
  actions: string[];
  resources: string[];
  conditions?: Record<string, Record<string, string>>;
  /** Where resources are not narrowed to what the installation or Tutti made: why not, and the source. A test asks for it. */
  why?: string;
};
