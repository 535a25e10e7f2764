// The command line of systemctl and journalctl: options anywhere, then a verb and its arguments. An option that is not
// known is an error, since ignoring it would mean doing something else than asked.

export type Options = {
  flags: Set<string>;
  values: Map<string, string[]>;
  words: string[];
};

/** `aliases` maps short options to long ones; `valued` are those that take a value. Throws an Error for people. */
export function readOptions(
  args: string[],
  known: { aliases: Record<string, string>; flags: string[]; valued: string[] },
): Options {
  const options: Options = { flags: new Set(), values: new Map(), words: [] };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") {
      options.words.push(...args.slice(at + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      options.words.push(arg);
      continue;
    }
    const { name, attached } = splitOption(arg, known.aliases);
    if (known.flags.includes(name) && attached === undefined) {
      options.flags.add(name);
    } else if (known.valued.includes(name)) {
      const value = attached ?? args[++at];
      if (value === undefined) throw new Error(`option '${arg}' requires an argument`);
      options.values.set(name, [...(options.values.get(name) ?? []), value]);
    } else {
      throw new Error(`option '${arg}' is not available on a sandbox machine`);
    }
  }
  return options;
}

/** `--property=X`, `-p X`, `-pX`. */
function splitOption(
  arg: string,
  aliases: Record<string, string>,
): { name: string; attached: string | undefined } {
  if (arg.startsWith("--")) {
    const equals = arg.indexOf("=");
    if (equals < 0) return { name: arg.slice(2), attached: undefined };
    return { name: arg.slice(2, equals), attached: arg.slice(equals + 1) };
  }
  const name = aliases[arg[1]!] ?? arg.slice(1);
  return { name, attached: arg.length > 2 ? arg.slice(2).replace(/^=/, "") : undefined };
}
