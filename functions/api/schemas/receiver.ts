// Receivers of notices, as operators write them into an environment's settings.
import * as z from "zod";
import { RECEIVER_KINDS } from "#core/domain/receiver.ts";
import { isKnownEvent } from "#core/notify/wanted.ts";
import { RECEIVER } from "../examples/notifications.ts";

const secretName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be 1 to 100 of letters, digits and ._-");

const eventPattern = z
  .string()
  .max(100)
  .refine(
    isKnownEvent,
    "must be a type of notice, such as deployment.failed or target.degraded, in which * stands for any characters",
  );

const appPattern = z
  .string()
  .regex(
    /^(?=[a-z*])[a-z0-9*-]{1,63}$/,
    "must be a name (a-z, 0-9 and -), in which * stands for any characters, as in `team-*`",
  );

/** Whoever knows such an address may write in its channel. */
const SLACK_SECRET = /^https:\/\/hooks\.slack(-gov)?\.com\/(services|workflows|triggers)\//i;

export const receiver = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1 to 40 of a-z, 0-9 and -"),
    kind: z.enum(RECEIVER_KINDS).default("webhook").meta({
      description: "webhook: the notice as JSON; slack: text, as Slack's incoming webhooks take it",
    }),
    url: z.string().max(2000).optional().meta({ example: "https://ops.example.com/tutti" }),
    urlSecret: secretName.optional().meta({
      description:
        "In place of `url`: the secret `<installation>/notifications/<name>` that holds the address",
    }),
    secret: secretName.optional().meta({
      description: "Calls are signed with what the secret `<installation>/notifications/<name>` holds",
    }),
    events: z
      .array(eventPattern)
      .min(1, "must name at least one; leave it out for all")
      .max(20)
      .default(["*"])
      .meta({ example: ["deployment.failed", "deployment.roll*"] }),
    apps: z
      .array(appPattern)
      .min(1, "must name at least one; leave it out for all")
      .max(100)
      .default(["*"])
      .meta({ example: ["team-*"] }),
  })
  .superRefine(({ url, urlSecret }, context) => {
    if ((url === undefined) === (urlSecret === undefined))
      context.addIssue({
        code: "custom",
        path: ["url"],
        message: "must be given, or urlSecret, and not both",
      });
    if (url !== undefined && SLACK_SECRET.test(url))
      context.addIssue({
        code: "custom",
        path: ["url"],
        message:
          "lets whoever reads it write in the channel: keep it in a secret, and name that in urlSecret",
      });
  })
  .meta({ id: "Receiver", description: "Who is told what happens here", example: RECEIVER });

export const receivers = z
  .array(receiver)
  .max(20)
  .superRefine((list, context) => {
    list.forEach(({ name }, i) => {
      if (list.findIndex((one) => one.name === name) < i)
        context.addIssue({ code: "custom", path: [i, "name"], message: `${name} is named twice` });
    });
  });
