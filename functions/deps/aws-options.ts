// How every SDK client of Tutti's functions is made: no call waits for ever, and retries are the SDK's own (backoff
// with jitter). Region, credentials and endpoint come from the Lambda runtime.

/** `answerSeconds`: how long one attempt may take. */
export function awsOptions(answerSeconds = 10, maxAttempts = 4) {
  return {
    maxAttempts,
    retryMode: "standard" as const,
    requestHandler: {
      connectionTimeout: 2000,
      requestTimeout: answerSeconds * 1000,
      // Without it the SDK only warns when the time is over.
      throwOnRequestTimeout: true,
    },
  };
}
