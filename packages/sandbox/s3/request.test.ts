import { expect, test } from "vitest";
import { parseRange } from "./objects.ts";
import { operationOf, parseAddress } from "./request.ts";

function operation(method: string, url: string, headers = {}): string {
  const [path = "", search = ""] = url.split("?");
  return operationOf(method, parseAddress(path), new URLSearchParams(search), headers);
}

test.each([
  ["GET", "/", "ListBuckets"],
  ["PUT", "/bucket", "CreateBucket"],
  ["PUT", "/bucket/", "CreateBucket"],
  ["HEAD", "/bucket", "HeadBucket"],
  ["GET", "/bucket?list-type=2&prefix=a&max-keys=3", "ListObjectsV2"],
  ["PUT", "/bucket?notification", "PutBucketNotificationConfiguration"],
  ["POST", "/bucket?delete", "DeleteObjects"],
  ["PUT", "/bucket/a/b?x-id=PutObject&X-Amz-Expires=60", "PutObject"],
  ["GET", "/bucket/a?response-content-type=text/plain", "GetObject"],
  ["DELETE", "/bucket/a", "DeleteObject"],
])("%s %s is %s", (method, url, expected) => {
  expect(operation(method, url)).toBe(expected);
});

test.each([
  ["PUT", "/bucket?versioning", "PUT versioning on a bucket"],
  ["GET", "/bucket?list-type=1", "GET list-type on a bucket"],
  ["POST", "/bucket/key?uploads", "POST of an object with ?uploads"],
  ["GET", "/bucket/key?versionId=1", "GET of an object with ?versionId"],
])("%s %s is refused by name", (method, url, what) => {
  expect(() => operation(method, url)).toThrow(`The sandbox does not implement s3: ${what}.`);
});

test("a key keeps its slashes and loses its encoding", () => {
  expect(parseAddress("/bucket/a%20b//c%2Fd")).toEqual({ bucket: "bucket", key: "a b//c/d" });
});

test("ranges count from the start or from the end", () => {
  expect(parseRange("bytes=0-3", 10)).toEqual({ start: 0, end: 3 });
  expect(parseRange("bytes=4-", 10)).toEqual({ start: 4, end: 9 });
  expect(parseRange("bytes=-4", 10)).toEqual({ start: 6, end: 9 });
  expect(parseRange("bytes=0-99", 10)).toEqual({ start: 0, end: 9 });
  expect(parseRange("lines=1-2", 10)).toBeUndefined();
  expect(() => parseRange("bytes=10-", 10)).toThrow("not satisfiable");
});
