// The quoting rules of unit files and environment files, systemd.service(5) "Command lines" and systemd.exec(5)
// "EnvironmentFile=": close enough to read each other's files, small enough to read.

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  s: " ",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** Splits a value into words: whitespace separates, single and double quotes group, C escapes are undone. */
export function splitWords(value: string): string[] {
  const words: string[] = [];
  let word = "";
  let inWord = false;
  let quote = "";
  for (let at = 0; at < value.length; at++) {
    const character = value[at]!;
    if (character === "\\") {
      const escape = readEscape(value, at);
      word += escape.text;
      at = escape.end;
      inWord = true;
    } else if (quote) {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      inWord = true;
    } else if (/\s/.test(character)) {
      if (inWord) words.push(word);
      word = "";
      inWord = false;
    } else {
      word += character;
      inWord = true;
    }
  }
  if (quote) throw new Error(`Unbalanced quoting in: ${value}`);
  if (inWord) words.push(word);
  return words;
}

function readEscape(value: string, at: number): { text: string; end: number } {
  const letter = value[at + 1];
  if (letter === undefined) throw new Error(`Trailing backslash in: ${value}`);
  const hex = /^[0-9a-fA-F]{2}/.exec(value.slice(at + 2));
  if (letter === "x" && hex) return { text: String.fromCharCode(Number.parseInt(hex[0], 16)), end: at + 3 };
  return { text: ESCAPES[letter] ?? letter, end: at + 1 };
}

/** `${NAME}` becomes the value within its word, a word that is `$NAME` becomes as many words as the value has, `$$` is a dollar. */
export function expandWords(words: string[], environment: Record<string, string>): string[] {
  return words.flatMap((word) => {
    const whole = /^\$([A-Za-z_]\w*)$/.exec(word);
    if (whole) return splitWords(environment[whole[1]!] ?? "");
    return [
      word.replace(/\$\$|\$\{([A-Za-z_]\w*)\}/g, (match, name) =>
        match === "$$" ? "$" : (environment[name] ?? ""),
      ),
    ];
  });
}

/** `NAME=value` lines; `#` and `;` begin comments; quoted values may run over several lines. */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    const line = /^[ \t]*(?:([A-Za-z_]\w*)[ \t]*=[ \t]*)?/.exec(text.slice(at))!;
    at += line[0].length;
    const name = line[1];
    if (name === undefined) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end + 1;
      continue;
    }
    const value = readValue(text, at);
    variables[name] = value.text;
    at = value.end;
  }
  return variables;
}

/** Reads up to the end of the line that is outside of quotes. Unquoted trailing blanks are dropped. */
function readValue(text: string, start: number): { text: string; end: number } {
  let value = "";
  let kept = 0;
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at]!;
    if (character === "\n" && !quote) break;
    if (character === "\\" && quote !== "'") {
      const next = text[++at];
      if (next === "\n" || next === undefined) continue;
      value += quote && !'"\\`$'.includes(next) ? `\\${next}` : next;
      kept = value.length;
    } else if (quote ? character === quote : character === '"' || character === "'") {
      quote = quote ? "" : character;
      kept = value.length;
    } else {
      value += character;
      if (quote || !/\s/.test(character)) kept = value.length;
    }
  }
  return { text: value.slice(0, kept), end: at + 1 };
}
