// What state an alarm's datapoints mean. Pure. CloudWatch user guide, "Alarm evaluation" and "Configuring how CloudWatch
// alarms treat missing data": real datapoints come first, also those from before the periods that are judged; only what
// is still missing then is filled in as TreatMissingData says.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";

export type Point = { at: Date; value: number };

export type Judged = { state: cloudwatch.StateValue; reason: string; recent: Point[] };

type Definition = Pick<
  cloudwatch.PutMetricAlarmInput,
  "EvaluationPeriods" | "DatapointsToAlarm" | "Threshold" | "ComparisonOperator" | "TreatMissingData"
>;

/** `points` has a place for each period looked at, the newest last; `undefined`: the state stays as it is. */
export function evaluate(definition: Definition, points: (Point | undefined)[]): Judged | undefined {
  const asked = definition.EvaluationPeriods ?? 1;
  const needed = definition.DatapointsToAlarm ?? asked;
  const treatment = definition.TreatMissingData ?? "missing";
  const recent = points.filter((point) => point !== undefined).slice(-asked);
  const missing = asked - recent.length;
  const bad = recent.filter((point) => breaches(definition, point.value));
  const words = { definition, recent, missing, bad, needed };
  if (recent.length === 0) return withoutData(treatment, asked);
  const filled = treatment === "breaching" ? missing : 0;
  if (bad.length + filled >= needed) return { state: "ALARM", reason: crossed(words, true), recent };
  if (
    missing === 0 ||
    treatment === "breaching" ||
    treatment === "notBreaching" ||
    bad.length < recent.length
  )
    return { state: "OK", reason: crossed(words, false), recent };
  // Only breaching ones, and too few. They are enough where the oldest is as old as the alarm asks for; else it is too
  // early to say ("Avoiding premature transitions to alarm state").
  const age = points.length - points.findIndex((point) => point !== undefined);
  if (treatment === "ignore" || age < needed) return undefined;
  return { state: "ALARM", reason: crossed(words, true), recent };
}

function withoutData(treatment: string, asked: number): Judged | undefined {
  const periods = `${asked} ${asked === 1 ? "period" : "periods"}`;
  const treated = `no datapoints were received for ${periods} and ${asked} missing ${asked === 1 ? "datapoint was" : "datapoints were"} treated as`;
  if (treatment === "ignore") return undefined;
  if (treatment === "breaching")
    return { state: "ALARM", reason: `Threshold Crossed: ${treated} [Breaching].`, recent: [] };
  if (treatment === "notBreaching")
    return { state: "OK", reason: `Threshold Crossed: ${treated} [NonBreaching].`, recent: [] };
  const unknown = asked === 1 ? "1 datapoint was unknown" : `${asked} datapoints were unknown`;
  return { state: "INSUFFICIENT_DATA", reason: `Insufficient Data: ${unknown}.`, recent: [] };
}

function breaches({ ComparisonOperator, Threshold = 0 }: Definition, value: number): boolean {
  switch (ComparisonOperator) {
    case "GreaterThanOrEqualToThreshold":
      return value >= Threshold;
    case "GreaterThanThreshold":
      return value > Threshold;
    case "LessThanThreshold":
      return value < Threshold;
    case "LessThanOrEqualToThreshold":
      return value <= Threshold;
    default:
      throw new Error(`An alarm compares with ${ComparisonOperator}, which is not known.`);
  }
}

const COMPARED: Record<string, string> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

type Words = { definition: Definition; recent: Point[]; missing: number; bad: Point[]; needed: number };

function crossed({ definition, recent, missing, bad, needed }: Words, isBad: boolean): string {
  const told = isBad && bad.length > 0 ? bad : recent;
  const list = told.map(({ at, value }) => `${decimal(value)} (${clock(at)})`).reverse();
  const were = told.length === 1 ? "datapoint" : "datapoints";
  const not = isBad ? "" : "not ";
  const threshold = `${COMPARED[definition.ComparisonOperator ?? ""]} the threshold (${decimal(definition.Threshold ?? 0)})`;
  const filled = missing === 0 ? "" : `; ${missing} missing`;
  const out = `${told.length} out of the last ${recent.length} ${were} [${list.join(", ")}]`;
  const least = `minimum ${needed} ${needed === 1 ? "datapoint" : "datapoints"} for ${isBad ? "OK -> ALARM" : "ALARM -> OK"} transition`;
  return `Threshold Crossed: ${out} ${told.length === 1 ? "was" : "were"} ${not}${threshold} (${least}${filled}).`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** As CloudWatch writes it: 26/11/26 01:20:00. */
function clock(at: Date): string {
  const [day, time] = at.toISOString().split("T") as [string, string];
  const [year, month, date] = day.split("-") as [string, string, string];
  return `${date}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
