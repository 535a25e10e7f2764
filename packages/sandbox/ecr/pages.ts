// Pages of a list as ECR gives them: `maxResults` 1 to 1,000, 100 where nothing is asked.
import { invalid } from "./model.ts";

export function pageOf<T>(
  items: T[],
  { maxResults = 100, nextToken }: { maxResults?: number; nextToken?: string },
): { items: T[]; next: string | undefined } {
  const from = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, "base64url").toString("utf8"));
  if (!Number.isInteger(from) || from < 0) throw invalid("Invalid parameter at 'nextToken'.");
  if (maxResults < 1 || maxResults > 1000)
    throw invalid(`Invalid parameter at 'maxResults': ${maxResults} is not 1 to 1000.`);
  const end = from + maxResults;
  const next = end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined;
  return { items: items.slice(from, end), next };
}
