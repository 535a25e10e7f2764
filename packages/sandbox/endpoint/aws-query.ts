// awsQuery and ec2Query: form fields in, XML out. The two differ in the names of fields and in what is around the result.

import { type FormNode, parseForm, readForm } from "./query-shapes.ts";
import { statusOf, type WireAnswer, type WireProtocol } from "./wire.ts";
import { escapeXml, writeXmlMembers } from "./xml-shapes.ts";

/** What the query protocols call the refusals that every service may answer. */
const QUERY_NAMES: Record<string, string> = {
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "InvalidClientTokenId",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
};

// EC2 API reference, "Error codes for the Amazon EC2 API".
const EC2_NAMES: Record<string, string> = {
  AccessDeniedException: "UnauthorizedOperation",
  UnrecognizedClientException: "AuthFailure",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  UnknownOperationException: "InvalidAction",
};

export const awsQuery: WireProtocol = {
  read(model, operation, request) {
    if (!operation.input.isStructSchema()) return {};
    return readForm(operation.input, formOf(request.body), model.protocol === "ec2Query");
  },
  answer(model, operation, output, request) {
    const members = operation.output.isStructSchema() ? writeXmlMembers(operation.output, output) : "";
    const open = `<${operation.name}Response xmlns="${model.xmlNamespace}">`;
    const close = `</${operation.name}Response>`;
    if (model.protocol === "ec2Query")
      return xml(200, `${open}<requestId>${request.requestId}</requestId>${members}${close}`);
    const result = `<${operation.name}Result>${members}</${operation.name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata>`;
    return xml(200, `${open}${result}${metadata}${close}`);
  },
  refuse(model, error, request) {
    const names = model?.protocol === "ec2Query" ? EC2_NAMES : QUERY_NAMES;
    const code = model?.errors.get(error.code)?.code ?? names[error.code] ?? error.code;
    const status = statusOf(model, error.code);
    const named = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>`;
    if (model?.protocol === "ec2Query")
      return xml(
        status,
        `<Response><Errors><Error>${named}</Error></Errors><RequestID>${request.requestId}</RequestID></Response>`,
      );
    const type = status < 500 ? "Sender" : "Receiver";
    return xml(
      status,
      `<ErrorResponse xmlns="${model?.xmlNamespace ?? ""}"><Error><Type>${type}</Type>${named}</Error><RequestId>${request.requestId}</RequestId></ErrorResponse>`,
    );
  },
};

export function actionOf(body: Buffer): string | undefined {
  return /(?:^|&)Action=([A-Za-z0-9]+)/.exec(body.toString("latin1"))?.[1];
}

function formOf(body: Buffer): FormNode {
  return parseForm(body.toString("utf8"));
}

function xml(status: number, body: string): WireAnswer {
  return { status, headers: { "content-type": "text/xml" }, body };
}
