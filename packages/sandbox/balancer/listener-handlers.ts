// Listeners: an open port each. Ports below 1024 are refused, since the sandbox needs no privileges.
import type {
  Listener as ApiListener,
  CreateListenerInput,
  DeleteListenerInput,
  DescribeListenersInput,
  ModifyListenerInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Handler } from "../platform.ts";
import { describeAction, readAction } from "./actions.ts";
import { checkRange, invalid, newId, pageOf, tagsOf } from "./input.ts";
import { openListener } from "./listener-server.ts";
import type { Listener } from "./model.ts";
import { changed, findListener, findLoadBalancer, type State } from "./state.ts";

const FIRST_UNPRIVILEGED_PORT = 1_024;

export function listenerHandlers(state: State): Record<string, Handler> {
  return {
    CreateListener: async (input: CreateListenerInput) => {
      const balancer = findLoadBalancer(state, input.LoadBalancerArn);
      const port = checkRange(
        input.Port ?? 0,
        FIRST_UNPRIVILEGED_PORT,
        65_535,
        "Port (unprivileged in the sandbox)",
      );
      const taken = [...state.listeners.values()].find(
        (one) => one.loadBalancerArn === balancer.arn && one.port === port,
      );
      if (taken)
        throw new AwsError("DuplicateListenerException", `A listener already exists on port '${port}'`);
      const listener: Listener = {
        arn: `${balancer.arn.replace(":loadbalancer/", ":listener/")}/${newId()}`,
        loadBalancerArn: balancer.arn,
        port,
        certificateArn: readCertificate(input),
        action: readAction(state, input.DefaultActions, balancer.arn),
        tags: tagsOf(input.Tags),
      };
      await addListener(state, listener);
      return { Listeners: [describe(listener)] };
    },
    ModifyListener: async (input: ModifyListenerInput) => {
      const before = findListener(state, input.ListenerArn);
      const protocol = before.certificateArn ? "HTTPS" : "HTTP";
      if ((input.Protocol ?? protocol) !== protocol || input.Certificates)
        throw invalid("Changing protocol or certificate of a listener is not implemented in the sandbox");
      if (input.Port !== undefined && input.Port !== before.port)
        throw invalid("Changing the port of a listener is not implemented in the sandbox");
      const action = input.DefaultActions
        ? readAction(state, input.DefaultActions, before.loadBalancerArn)
        : before.action;
      const listener = { ...before, action };
      state.listeners.set(listener.arn, listener);
      await changed(state);
      return { Listeners: [describe(listener)] };
    },
    DescribeListeners: (input: DescribeListenersInput) => {
      const page = pageOf(select(state, input), input.Marker, input.PageSize);
      return { Listeners: page.items.map(describe), NextMarker: page.next };
    },
    DeleteListener: async (input: DeleteListenerInput) => {
      await removeListener(state, findListener(state, input.ListenerArn));
      await changed(state);
      return {};
    },
  };
}

/** Known before it is open, so that the same port is not asked for twice at once. */
async function addListener(state: State, listener: Listener): Promise<void> {
  state.listeners.set(listener.arn, listener);
  try {
    state.open.set(listener.arn, await openListener(state, listener));
  } catch (error) {
    state.listeners.delete(listener.arn);
    throw error;
  }
  await changed(state);
}

/** Also used when its load balancer goes. Requests under way are answered. */
export async function removeListener(state: State, listener: Listener): Promise<void> {
  for (const rule of state.rules.values())
    if (rule.listenerArn === listener.arn) state.rules.delete(rule.arn);
  state.listeners.delete(listener.arn);
  await state.open.get(listener.arn)?.close(false);
  state.open.delete(listener.arn);
}

/** HTTPS takes a certificate, which `openListener` looks for; HTTP takes none (API reference, CreateListener). */
function readCertificate({ Protocol, Certificates = [] }: CreateListenerInput): string | undefined {
  if (Protocol !== "HTTP" && Protocol !== "HTTPS")
    throw new AwsError(
      "UnsupportedProtocolException",
      `Protocol '${Protocol}' is not implemented in the sandbox: HTTP, HTTPS`,
    );
  const [certificate, ...others] = Certificates;
  if (Protocol === "HTTP" && certificate)
    throw invalid("Certificates are only for listeners that speak HTTPS");
  if (Protocol === "HTTP") return undefined;
  if (!certificate?.CertificateArn || others.length > 0)
    throw invalid("A listener that speaks HTTPS takes exactly one certificate");
  return certificate.CertificateArn;
}

function select(state: State, input: DescribeListenersInput): Listener[] {
  if (input.ListenerArns?.length) return input.ListenerArns.map((arn) => findListener(state, arn));
  if (!input.LoadBalancerArn) throw invalid("You must specify either listener ARNs or a load balancer ARN");
  const { arn } = findLoadBalancer(state, input.LoadBalancerArn);
  return [...state.listeners.values()].filter((listener) => listener.loadBalancerArn === arn);
}

function describe(listener: Listener): ApiListener {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    ...(listener.certificateArn
      ? { Protocol: "HTTPS" as const, Certificates: [{ CertificateArn: listener.certificateArn }] }
      : { Protocol: "HTTP" as const }),
    DefaultActions: describeAction(listener.action),
  };
}
