// The trace that a function works in where its caller named none: the platform's own, which Lambda tells each invocation
// (Lambda Developer Guide, "Defined runtime environment variables", _X_AMZN_TRACE_ID), else a fresh one.
import { traceIdOfXray } from "#core/domain/trace.ts";
import { randomHex } from "./random-hex.ts";

export function newTraceId(): string {
  return traceIdOfXray(process.env._X_AMZN_TRACE_ID) ?? randomHex(16);
}
