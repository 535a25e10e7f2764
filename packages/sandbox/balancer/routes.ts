// The rules of one listener, compiled: which action a request takes. Weighted forwards keep their turn across requests,
// and begin anew when the rules change.

import type { LiveGroup } from "./live-group.ts";
import type { Action, Listener, Redirect } from "./model.ts";
import { compileConditions, type Matcher } from "./rule-match.ts";
import type { State } from "./state.ts";
import { chooseWeighted } from "./weighted-choice.ts";

export type Destination =
  | { type: "group"; group: LiveGroup }
  | { type: "fixed"; statusCode: number; contentType: string; body: string }
  | Redirect
  | { type: "nowhere" };

type Route = { matches: Matcher; choose(): Destination };

export type Routes = (host: string, path: string) => Destination;

export function compileRoutes(state: State, listener: Listener): Routes {
  const rules = [...state.rules.values()]
    .filter((rule) => rule.listenerArn === listener.arn)
    .sort((a, b) => a.priority - b.priority);
  const routes: Route[] = rules.map((rule) => ({
    matches: compileConditions(rule.conditions),
    choose: compileAction(state, rule.action),
  }));
  const otherwise = compileAction(state, listener.action);
  return (host, path) => {
    const route = routes.find((one) => one.matches(host, path));
    return route ? route.choose() : otherwise();
  };
}

function compileAction(state: State, action: Action): () => Destination {
  if (action.type === "fixed-response") {
    const { statusCode, contentType, body } = action;
    return () => ({ type: "fixed", statusCode, contentType, body });
  }
  if (action.type === "redirect") return () => action;
  const entries = action.groups.map(({ arn, weight }) => ({
    weight,
    current: 0,
    group: state.groups.get(arn),
  }));
  return () => {
    const group = chooseWeighted(entries)?.group;
    return group ? { type: "group", group } : { type: "nowhere" };
  };
}
