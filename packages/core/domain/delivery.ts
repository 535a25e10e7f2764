// A delivery is one notice on its way to one receiver: there is one however often the notice is told, and it ends delivered or
// failed.
import type { Notice } from "./notice.ts";
import type { ReceiverKind } from "./receiver.ts";

export const DELIVERY_STATUSES = ["pending", "delivered", "failed"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export type Delivery = {
  id: string;
  /** Of the receiver in the notice's environment. */
  receiver: string;
  kind: ReceiverKind;
  notice: Notice;
  status: DeliveryStatus;
  /** An attempt is counted before it is made. */
  attempts: number;
  /** With which attempt it gives up. */
  lastAttempt: number;
  createdAt: string;
  attemptedAt: string;
  /** While it is pending; during an attempt the instant from which somebody else may make the next. */
  nextAttemptAt: string | null;
  deliveredAt: string | null;
  /** HTTP status of the last answer; `null` where there was none. */
  answered: number | null;
  /** What the last attempt came to, for people. */
  detail: string;
  revision: number;
};

/** What one attempt came to. refused: nothing would change by asking again. */
export type AttemptResult = {
  outcome: "delivered" | "refused" | "notNow";
  answered: number | null;
  detail: string;
  /** What the receiver asked to be left alone for. */
  retryAfterSeconds?: number;
};
