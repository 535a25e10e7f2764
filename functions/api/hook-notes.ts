// What a dry run can tell of a hook before it is called: an address that will be refused. A name is judged only when it
// is resolved, so of most there is nothing to say.
import { type Hooks, hookName, NO_HOOKS } from "#core/domain/hook.ts";
import { allowance } from "#outgoing/allowance.ts";
import { objectionTo } from "#outgoing/send.ts";

export function hookNotes(hooks: Hooks = NO_HOOKS, allowPrivate: string[] = []): string[] {
  const allowed = allowance(allowPrivate);
  return [...hooks.before, ...hooks.afterStep, ...hooks.after].flatMap((hook) => {
    const why = hook.url === undefined ? null : objectionTo(hook.url, allowed);
    if (why === null) return [];
    return [
      `Hook ${hookName(hook)}: its address ${why}; the environment's hooks.allowPrivate does not open it.`,
    ];
  });
}
