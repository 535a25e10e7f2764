import { expect, test } from "vitest";
import { execForm, wordsOf } from "./words.ts";

const VARIABLES: Record<string, string> = { A: "one two", EMPTY: "" };
const words = (text: string, escapeCharacter = "\\") =>
  wordsOf(text, (name) => VARIABLES[name], escapeCharacter);

// `\x7b` is an opening brace: the linter takes it for a template otherwise.
test.each([
  ["a  b", ["a", "b"]],
  ["'a  b' \"c d\"e", ["a  b", "c de"]],
  ["a\\ b", ["a b"]],
  ["$A $\x7bA}x", ["one two", "one twox"]],
  ["'$A' \\$A", ["$A", "$A"]],
  ['"$A \\"x\\" \\n it\'s $A"', ['one two "x" \\n it\'s one two']],
  ["$\x7bNONE:-d e} $\x7bEMPTY:-$A} $\x7bA:+instead} $\x7bNONE:+x}end", ["d e", "one two", "instead", "end"]],
  ['""', [""]],
  ["5$ $", ["5$", "$"]],
])("%s", (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test("the escape character is the file's own", () => {
  expect(words("C:\\dir a` b", "`")).toEqual(["C:\\dir", "a b"]);
});

test("a quote that is not closed is an error", () => {
  expect(() => words('a "b')).toThrow('the quote " is not closed');
});

test("the exec form is a list of strings in JSON, everything else is the shell form", () => {
  expect(execForm('["node", "app.js"]')).toEqual(["node", "app.js"]);
  expect(execForm("['node']")).toBeUndefined();
  expect(execForm("[1]")).toBeUndefined();
  expect(execForm("node app.js")).toBeUndefined();
});
