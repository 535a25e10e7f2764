// Commands of AWS's command line, read out of text and held against the SDK's own models: the command line is made from the same ones, an
// operation and its members in words with hyphens (AWS CLI user guide, "Command structure in the AWS CLI").

/** `aws dynamodb delete-table --table-name x`: service, operation and the names of its options. */
export type AwsCommand = { text: string; service: string; operation: string[]; options: string[] };

/** Options of `aws` itself (AWS CLI user guide, "Command line options in the AWS CLI"). */
const OWN = ["endpoint-url", "region", "profile", "query", "output", "no-cli-pager"];

const BEGINS = /(?:^|[\s`(;&|])aws(?=\s+(?:--|[a-z]))/gm;

/** Each from `aws` to what ends a command in a shell. */
export function awsCommands(page: string): AwsCommand[] {
  const joined = page.replaceAll("\\\n", " ");
  return [...joined.matchAll(BEGINS)].flatMap((found) => {
    const words = wordsOf(joined.slice(found.index + found[0].length));
    const [service, ...operation] = words.filter(
      (word, i) => !isOption(word) && !isOption(words[i - 1] ?? ""),
    );
    // A sentence that speaks of the command line is no command.
    if (!service || !/^[a-z0-9]+$/.test(service) || operation.length === 0) return [];
    const options = words.filter(isOption).map((word) => word.slice(2));
    const text = ["aws", service, ...operation].join(" ");
    return [{ text, service, operation, options: options.filter((one) => !OWN.includes(one)) }];
  });
}

const isOption = (word: string) => word.startsWith("--");

/** To the end of the line or of the command; quoted text is part of a word, whatever is in it. */
function wordsOf(text: string): string[] {
  const next = /[^\S\n]*((?:'[^']*'|"[^"]*"|[^\s'"`);&|])+)/y;
  const words: string[] = [];
  for (let found = next.exec(text); found; found = next.exec(text)) words.push(found[1]!);
  return words;
}

/** `RestoreTableToPointInTime` → `restore-table-to-point-in-time`, `SSESpecification` → `sse-specification`. */
export function hyphened(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}

type Module = Record<string, unknown>;
/** A structure in the SDK's schemas: kind, namespace, name, traits, names of members, their schemas, how many of them are required. */
type Structure = [number, string, string, unknown, string[], unknown[], number?];
type Operation = [number, string, string, unknown, () => Structure, ...unknown[]];

/** What is wrong with a command; empty where nothing is. */
export function problemsOf(command: AwsCommand, module: Module): string[] {
  const [operation = "", waiter] = command.operation;
  if (operation === "wait") {
    const waiters = Object.keys(module).flatMap((name) => name.match(/^waitUntil(.+)/)?.[1] ?? []);
    return waiters.some((name) => hyphened(name) === waiter)
      ? []
      : [`there is nothing to wait for called ${waiter}`];
  }
  const found = Object.entries(module).find(
    ([name]) => name.endsWith("Command") && hyphened(name.slice(0, -"Command".length)) === operation,
  );
  if (!found) return [`there is no operation ${operation}`];
  return wrongOptions(command.options, inputOf(found[1] as new (input: object) => { schema: Operation }));
}

function inputOf(Command: new (input: object) => { schema: Operation }): Structure {
  const input = new Command({}).schema[4] as unknown;
  return (typeof input === "function" ? input() : input) as Structure;
}

function wrongOptions(options: string[], [, , , , members, , required = 0]: Structure): string[] {
  const known = members.map(hyphened);
  const given = options.map((one) => (known.includes(one) ? one : one.replace(/^no-/, "")));
  return [
    ...given.filter((one) => !known.includes(one)).map((one) => `there is no --${one}`),
    ...known
      .slice(0, required)
      .filter((one) => !given.includes(one))
      .map((one) => `--${one} is missing`),
  ];
}
