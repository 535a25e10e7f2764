// Words of an instruction: split at spaces, quotes taken off, variables put in. The rules are the Dockerfile reference's
// ("Environment replacement"): `$a`, `${a}`, `${a:-default}`, `${a:+instead}`; nothing is replaced in single quotes.

export type Variables = (name: string) => string | undefined;

/** Each piece of a text: space, 'literal', "quoted", an escaped character, a variable, anything else. */
function piecesOf(escapeCharacter: string): RegExp {
  const e = escapeCharacter === "`" ? "`" : "\\\\";
  const variable = String.raw`\$(?<plain>[A-Za-z_]\w*)|\$\{(?<name>[A-Za-z_]\w*)(?:(?<operator>:[-+])(?<other>(?:[^{}]|\{[^{}]*\})*))?\}`;
  return new RegExp(
    `(?<space>\\s+)|'(?<literal>[^']*)'|"(?<quoted>(?:${e}[^]|[^"${e}])*)"|${e}(?<escaped>[^])|${variable}|(?<text>[^])`,
    "g",
  );
}

/** Throws where a quote is not closed. */
export function wordsOf(text: string, variables: Variables, escapeCharacter: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const { groups = {} } of text.matchAll(piecesOf(escapeCharacter))) {
    if (groups.space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + pieceValue(groups, variables, escapeCharacter);
  }
  if (word !== undefined) words.push(word);
  return words;
}

type Groups = Record<string, string | undefined>;

function pieceValue(groups: Groups, variables: Variables, escapeCharacter: string): string {
  if (groups.literal !== undefined) return groups.literal;
  if (groups.quoted !== undefined) return unquoted(groups.quoted, variables, escapeCharacter);
  if (groups.escaped !== undefined) return groups.escaped;
  const name = groups.plain ?? groups.name;
  if (name !== undefined) return replaced(name, groups, variables, escapeCharacter);
  if (groups.text === '"' || groups.text === "'") throw new Error(`the quote ${groups.text} is not closed`);
  return groups.text ?? "";
}

function replaced(name: string, groups: Groups, variables: Variables, escapeCharacter: string): string {
  const value = variables(name) ?? "";
  const other = () => wordsOf(groups.other ?? "", variables, escapeCharacter).join(" ");
  if (groups.operator === ":-") return value === "" ? other() : value;
  if (groups.operator === ":+") return value === "" ? "" : other();
  return value;
}

/** Within double quotes spaces stay, and an escape counts only before what would mean something there. */
function unquoted(text: string, variables: Variables, escapeCharacter: string): string {
  let result = "";
  for (const match of text.matchAll(piecesOf(escapeCharacter))) {
    const { escaped, plain, name } = match.groups ?? {};
    const special = escaped !== undefined && ['"', "$", escapeCharacter].includes(escaped);
    if (special) result += escaped;
    else if (plain ?? name) result += pieceValue(match.groups ?? {}, variables, escapeCharacter);
    else result += match[0].startsWith("'") ? literalWith(match[0], variables, escapeCharacter) : match[0];
  }
  return result;
}

/** A single quote means nothing within double ones. */
function literalWith(text: string, variables: Variables, escapeCharacter: string): string {
  return text.length < 2 ? text : `'${unquoted(text.slice(1, -1), variables, escapeCharacter)}'`;
}

/** The exec form, `["a", "b"]`; nothing where it is the shell form. */
export function execForm(text: string): string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}
