// The role that an app runs as, as an environment names it: one for all of its apps, or, with `{app}` in the name, one for each.

const EACH = "{app}";

export function roleFor(app: string, roleArn: string): string {
  return roleArn.replaceAll(EACH, app);
}

export function isForEach(roleArn: string): boolean {
  return roleArn.includes(EACH);
}
