// Sentences out of what a workflow's Catch hands over: `{Error, Cause}`, where the Cause of a Lambda function is JSON
// with the message that the engine threw.

const LONGEST = 500;

type Caught = { Error?: unknown; Cause?: unknown };

export function errorNameOf(error: unknown): string {
  const name = (error as Caught | null | undefined)?.Error;
  return typeof name === "string" ? name : "";
}

/** Without a full stop at its end, to be put into a sentence. */
export function whyOf(error: unknown): string {
  const name = errorNameOf(error);
  if (name === "States.Timeout") return "a call to the platform did not come back in time";
  const cause = (error as Caught | null | undefined)?.Cause;
  const said = messageIn(typeof cause === "string" ? cause : "") || name || "an unknown error";
  return said.slice(0, LONGEST).replace(/[.\s]+$/, "");
}

function messageIn(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    const message = (parsed as { errorMessage?: unknown } | null)?.errorMessage;
    return typeof message === "string" ? message : cause;
  } catch {
    return cause;
  }
}

/** First letter up and one full stop; the name of a replica or a version stays as it is. */
export function asSentence(text: string): string {
  const trimmed = text.replace(/[.\s]+$/, "");
  const isWord = /^[a-z]+(\s|$)/.test(trimmed);
  return `${isWord ? trimmed.charAt(0).toUpperCase() : trimmed.charAt(0)}${trimmed.slice(1)}.`;
}
