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
      const undone = readEscape(value, at);
      word += undone.text;
      at = undone.end;
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
  let at = start;
  while (at < text.length && text[at] !== "\n") {
    const quote = text[at];
    const part = quote === '"' || quote === "'" ? readQuoted(text, at + 1, quote) : readPlain(text, at);
    value += part.text;
    at = part.end;
  }
  return { text: value, end: at + 1 };
}

/** Up to a quote or the end of the line. Blanks before the end of the line do not count. */
function readPlain(text: string, start: number): { text: string; end: number } {
  const run = /^(?:[^\n\\"']|\\[\s\S]?)*/.exec(text.slice(start))![0];
  const end = start + run.length;
  const trimmed = text[end] === undefined || text[end] === "\n" ? run.replace(/(?<!\\)[ \t\r]+$/, "") : run;
  return { text: trimmed.replace(/\\([\s\S]?)/g, (_, next) => (next === "\n" ? "" : next)), end };
}

/** In double quotes a backslash is undone before the characters that a shell would undo it for; in single quotes never. */
function readQuoted(text: string, start: number, quote: string): { text: string; end: number } {
  const inside = quote === '"' ? /^(?:[^"\\]|\\[\s\S]?)*/ : /^[^']*/;
  const run = inside.exec(text.slice(start))![0];
  const undo = (match: string, next: string) => (next === "\n" ? "" : '"\\`$'.includes(next) ? next : match);
  return { text: quote === '"' ? run.replace(/\\([\s\S]?)/g, undo) : run, end: start + run.length + 1 };
}
