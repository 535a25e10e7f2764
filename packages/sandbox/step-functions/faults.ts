// Errors of the Step Functions API.
import { AwsError } from "../platform.ts";

export type FaultCode =
  | "ExecutionAlreadyExists"
  | "ExecutionDoesNotExist"
  | "InvalidArn"
  | "InvalidDefinition"
  | "InvalidExecutionInput"
  | "InvalidName"
  | "InvalidOutput"
  | "InvalidToken"
  | "ResourceNotFound"
  | "StateMachineAlreadyExists"
  | "StateMachineDeleting"
  | "StateMachineDoesNotExist"
  | "StateMachineTypeNotSupported"
  | "ValidationException";

export const fault = (code: FaultCode, message: string) => new AwsError(code, message);
