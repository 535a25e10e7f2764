// The id by which one thing that happened is followed through the API, the execution and the driver: W3C Trace Context
// (w3.org/TR/trace-context, sections 3.2.2 and 4.3), whose trace ids X-Ray takes too.

export type TraceParent = { traceId: string; flags: string };

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;

/** `null` for what is none: then a trace of one's own begins. */
export function parseTraceparent(text: string | undefined): TraceParent | null {
  const [, version, traceId = "", parentId = "", flags = "", more] =
    TRACEPARENT.exec(text?.trim() ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return null;
  return ZEROS.test(traceId) || ZEROS.test(parentId) ? null : { traceId, flags };
}

export function traceparentOf({ traceId, flags }: TraceParent, parentId: string): string {
  return `00-${traceId}-${parentId}-${flags}`;
}

/** X-Ray's own way to write it: `Root=1-<8 hex>-<24 hex>;…` (X-Ray Developer Guide, "Tracing header"). */
export function traceIdOfXray(header: string | undefined): string | null {
  const [, seconds, rest] = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})/.exec(header ?? "") ?? [];
  return seconds && rest ? seconds + rest : null;
}
