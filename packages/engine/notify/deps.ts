// What telling receivers takes.
import type { AttemptResult } from "#core/domain/delivery.ts";
import type { Notice } from "#core/domain/notice.ts";
import type { Receiver } from "#core/domain/receiver.ts";
import type { ControlDeps } from "../deps.ts";

export type ReceiverCalls = {
  /** One attempt. What it says is without secrets and bounded. */
  call(request: {
    receiver: Receiver;
    notice: Notice;
    deliveryId: string;
    attempt: number;
    /** What is not public and may be called. */
    allowPrivate: string[];
  }): Promise<AttemptResult>;
};

export type NotifyDeps = Pick<ControlDeps, "store" | "clock" | "ids" | "log"> & {
  receivers: ReceiverCalls;
  /** In [0, 1). */
  random(): number;
};
