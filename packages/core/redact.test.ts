import { expect, test } from "vitest";
import { redact } from "./redact.ts";

test.each([
  ["password=hunter22, user=ann", "password=***, user=ann"],
  ['{"api_key": "abc def", "name": "x"}', '{"api_key": ***, "name": "x"}'],
  ["DB_PASSWORD: s3cr3t!\nnext", "DB_PASSWORD: ***\nnext"],
  ["Authorization: Bearer abcdef0123456789", "Authorization: Bearer ***"],
  ["postgres://shop:hunter22@db/shop", "postgres://***@db/shop"],
  ["key AKIAIOSFODNN7EXAMPLE.", "key ***."],
  ["tuttihook_Zm9vYmFyYmF6cXV4Zm9vYmFy", "***"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0xxx.sig", "***"],
  ["-----BEGIN PRIVATE KEY-----\nMIIE\nAAAA", "***"],
  ["\u001b[31mred\u001b[0m \u0007bell\r\nnext\tcolumn", "red bell\nnext\tcolumn"],
  ["safe\u202eevas", "safeevas"],
  ["12 tables migrated in 3 s", "12 tables migrated in 3 s"],
])("%j becomes %j", (text, clean) => {
  expect(redact(text)).toBe(clean);
});

test("a secret that is known is taken out whatever it looks like, a very short one is left", () => {
  expect(redact("got plain-words here, and abc", ["plain-words", "abc"])).toBe("got *** here, and abc");
});
