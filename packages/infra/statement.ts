// What a role may do: one statement of its policy. `conditions` are IAM's own: operator, key, value.
export type Statement = {
  actions: string[];
  resources: string[];
  conditions?: Record<string, Record<string, string>>;
};
