// Deliveries of notices, as the API shows them: of a receiver its name and kind, since its address may be a secret.
import * as z from "zod";
import { DELIVERY_STATUSES, type Delivery } from "#core/domain/delivery.ts";
import { NOTICE_TYPES } from "#core/domain/notice.ts";
import { RECEIVER_KINDS } from "#core/domain/receiver.ts";
import { NOTIFICATION } from "../examples/notifications.ts";
import { instantText } from "./names.ts";

export const notificationView = z
  .object({
    id: z.string(),
    createdAt: instantText,
    app: z.string().nullable().meta({ description: "null of a train" }),
    environment: z.string(),
    deployment: z.string().nullable().meta({ description: "Id of the deployment that it tells of" }),
    version: z.string().nullable(),
    train: z.string().nullable().meta({ description: "Id of the train that it tells of" }),
    event: z.object({
      id: z.string().meta({ description: "The same each time that it is told" }),
      type: z.enum(NOTICE_TYPES),
      at: instantText,
    }),
    message: z.string(),
    receiver: z.object({ name: z.string(), kind: z.enum(RECEIVER_KINDS) }),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int(),
    attemptedAt: instantText,
    nextAttemptAt: instantText.nullable().meta({ description: "While it is pending" }),
    deliveredAt: instantText.nullable(),
    answered: z.int().nullable().meta({ description: "HTTP status of the last answer" }),
    detail: z.string().meta({ description: "What the last attempt came to" }),
  })
  .meta({ id: "Notification", example: NOTIFICATION });

export type NotificationView = z.output<typeof notificationView>;

export function viewNotification(delivery: Delivery): NotificationView {
  const { id, notice, receiver: name, kind, status, attempts, createdAt } = delivery;
  const { attemptedAt, nextAttemptAt, deliveredAt, answered, detail } = delivery;
  return {
    id,
    createdAt,
    app: notice.app,
    environment: notice.environment,
    deployment: notice.deployment?.id ?? null,
    version: notice.deployment?.version ?? null,
    train: notice.train?.id ?? null,
    event: { id: notice.id, type: notice.type, at: notice.at },
    message: notice.message,
    receiver: { name, kind },
    status,
    attempts,
    attemptedAt,
    nextAttemptAt,
    deliveredAt,
    answered,
    detail,
  };
}
