// A client's class mocked for the length of one test: files of the check share what they import, so nothing stays behind.
import { mockClient } from "aws-sdk-client-mock";
import { onTestFinished } from "vitest";

export const mocked: typeof mockClient = (client) => {
  const mock = mockClient(client);
  onTestFinished(() => mock.restore());
  return mock;
};
