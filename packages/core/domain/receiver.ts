// Who is told of an environment's notices, by a call over HTTP; an operator names them in the environment's settings.

/** webhook: the notice as JSON. slack: a line of text, in the form that Slack's incoming webhooks take, and what is made like them. */
export const RECEIVER_KINDS = ["webhook", "slack"] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

export type Receiver = {
  name: string;
  kind: ReceiverKind;
  /** One of `url` and `urlSecret`: an address that lets whoever knows it in is a secret itself. */
  url?: string;
  /** Name of the secret that holds the address, behind the installation's prefix. */
  urlSecret?: string;
  /** Name of the secret that calls are signed with, behind the same prefix. */
  secret?: string;
  /** Patterns of notice types. */
  events: string[];
  /** Patterns of apps. */
  apps: string[];
};
