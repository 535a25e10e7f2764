import { expect, test } from "vitest";
import { expandWords, parseEnvironmentFile, splitWords } from "./unit-words.ts";

test("Words are split at blanks, grouped by quotes and unescaped.", () => {
  expect(splitWords(`/bin/sh -c "echo \\"hi\\"" 'a b' c\\x20d ''`)).toEqual([
    "/bin/sh",
    "-c",
    'echo "hi"',
    "a b",
    "c d",
    "",
  ]);
  expect(() => splitWords('"open')).toThrow("Unbalanced quoting");
});

test("A variable in braces stays in its word, one that is a whole word becomes words, an unset one nothing.", () => {
  const environment = { OPTS: "-a 'b c'", PORT: "80" };
  expect(expandWords(["$OPTS", `--port=\${PORT}`, "$NONE", "cost$$5"], environment)).toEqual([
    "-a",
    "b c",
    "--port=80",
    "cost$5",
  ]);
});

test("An environment file has comments, quotes, escapes and values over several lines.", () => {
  const text = [
    "# comment",
    "; another",
    "PLAIN=a b  ",
    "  SPACED = x",
    "EMPTY=",
    `DOUBLE="say \\"hi\\" \\$HOME \\n"`,
    `SINGLE='a "b" \\n'`,
    `MIXED=a"b c"'d'`,
    'LINES="one',
    'two"',
    "JOINED=one\\",
    "two",
    "not an assignment",
    "LAST=1",
  ].join("\n");
  expect(parseEnvironmentFile(text)).toEqual({
    PLAIN: "a b",
    SPACED: "x",
    EMPTY: "",
    DOUBLE: 'say "hi" $HOME \\n',
    SINGLE: 'a "b" \\n',
    MIXED: "ab cd",
    LINES: "one\ntwo",
    JOINED: "onetwo",
    LAST: "1",
  });
});
