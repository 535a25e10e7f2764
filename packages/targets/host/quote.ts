// Turns any text into one word of a POSIX shell, and into one value that both systemd's EnvironmentFile= and `sh` read
// as exactly that text. Nothing that a user wrote reaches a script by another way.
import { TuttiError, wrongAt } from "#core/errors.ts";

/** `it's` → `'it'\''s'`. A `{{` is split by quotes, since Run Command would put parameters in its place. */
export function shellQuote(text: string): string {
  refuseNul(text);
  return `'${text.replaceAll("'", "'\\''").replace(/\{(?=\{)/g, "{''")}'`;
}

/** `NAME='value'` lines for the top of a script. */
export function shellAssignments(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${shellQuote(value)}\n`)
    .join("");
}

/**
 * One line (or more, where the value has newlines) of an environment file. In double quotes, systemd.exec(5)
 * ("EnvironmentFile=") and sh both undo a backslash before `"`, `\`, `$` and `` ` `` and keep everything else.
 */
export function environmentLine(name: string, value: string): string {
  refuseNul(value);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw wrongAt(`config.${name}`, "a name is letters, digits and _ only.");
  return `${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`;
}

function refuseNul(text: string): void {
  if (text.includes("\0"))
    throw new TuttiError("invalid_input", "A text with a NUL byte cannot be handed to a process.");
}
