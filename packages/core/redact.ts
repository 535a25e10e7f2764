// What others say about themselves is shown to everybody who may read: what looks like a secret is taken out of it first,
// and so are characters that would play with a terminal. It errs on the side of taking out too much.

const MASK = "***";

/** Secrets that are known by their looks: tokens of ours, AWS, GitHub, Slack, and of anybody else as JWT. */
const LOOKS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\btutti(hook)?_[A-Za-z0-9_-]{16,}/g,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g,
];

/** `password: …`, `API_KEY=…`, `"token": "…"`: the name stays. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'}]+)/gi;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;
const USER_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
/** Colours, bells, changes of direction; line ends and tabs stay. */
const CONTROLS = /(?![\n\t])\p{Cc}\[[0-9;?]*[A-Za-z]|(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** `known`: secrets by their value, whatever they look like; those of fewer than 6 characters would hide half of a text. */
export function redact(text: string, known: string[] = []): string {
  let clean = text.replace(/\r\n/g, "\n").replace(CONTROLS, "");
  for (const secret of known) if (secret.length >= 6) clean = clean.replaceAll(secret, MASK);
  for (const look of LOOKS) clean = clean.replace(look, MASK);
  return clean.replace(BEARER, `$1 ${MASK}`).replace(USER_IN_URL, `$1${MASK}@`).replace(NAMED, `$1${MASK}`);
}
