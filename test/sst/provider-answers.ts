// What AWS would answer to a look-up that the program makes (Pulumi's invokes). One that is not here is an error.

type Place = { account: string; region: string };
type Statement = {
  effect?: string;
  actions?: string[];
  resources?: string[];
  principals?: { type: string; identifiers: string[] }[];
  conditions?: { test: string; variable: string; values: string[] }[];
};

export function answerOf(place: Place, token: string, inputs: Record<string, unknown>) {
  const answer = ANSWERS[token];
  if (!answer) throw new Error(`The mocks do not know ${token}: add it to provider-answers.ts.`);
  return answer(place, inputs);
}

type Answer = (place: Place, inputs: Record<string, unknown>) => Record<string, unknown>;

const ANSWERS: Record<string, Answer> = {
  "aws:index/getRegion:getRegion": ({ region }) => ({ id: region, name: region, region }),
  "aws:index/getCallerIdentity:getCallerIdentity": ({ account }) => ({ id: account, accountId: account }),
  "aws:index/getPartition:getPartition": () => ({ id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ region }) => ({
    id: region,
    names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
  }),
  "aws:ssm/getParameter:getParameter": ({ region }, { name }) => ({ id: name, value: `ami-${region}` }),
  "aws:iam/getPolicyDocument:getPolicyDocument": (_, inputs) => {
    const json = documentOf((inputs.statements ?? []) as Statement[]);
    return { id: "document", json, minifiedJson: json };
  },
};

/** As AWS's provider writes it: a list of one is its only element. */
function documentOf(statements: Statement[]): string {
  const only = (list: string[] = []) => (list.length === 1 ? list[0] : list);
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((one) => ({
      Effect: one.effect ?? "Allow",
      Action: only(one.actions),
      Resource: only(one.resources),
      Principal: principalsOf(one.principals),
      Condition: conditionsOf(one.conditions),
    })),
  });
}

function principalsOf(principals: Statement["principals"] = []) {
  if (principals.length === 0) return undefined;
  if (principals.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(principals.map(({ type, identifiers }) => [type, identifiers]));
}

function conditionsOf(conditions: Statement["conditions"] = []) {
  const made: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values } of conditions) made[test] = { ...made[test], [variable]: values };
  return conditions.length === 0 ? undefined : made;
}
