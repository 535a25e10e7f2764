// Structured log lines, each with what it is about (the deployment, the verb). Ids and sentences go in; bodies, config,
// tokens and presigned URLs never do.
import { Logger } from "@aws-lambda-powertools/logger";
import type { Log } from "#engine/deps.ts";

export function createLog(serviceName: string, about: Record<string, unknown> = {}): Log {
  const logger = new Logger({ serviceName, persistentKeys: about });
  return {
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
