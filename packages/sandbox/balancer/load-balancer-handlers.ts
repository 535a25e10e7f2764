// Load balancers themselves: an address and a name. Deleting one takes its listeners and rules with it.
import { isDeepStrictEqual } from "node:util";
import type {
  LoadBalancer as ApiLoadBalancer,
  CreateLoadBalancerInput,
  DeleteLoadBalancerInput,
  DescribeLoadBalancersInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Handler } from "../platform.ts";
import { checkName, invalid, newId, pageOf, tagsOf } from "./input.ts";
import { removeListener } from "./listener-handlers.ts";
import type { LoadBalancer } from "./model.ts";
import { changed, findLoadBalancer, type State } from "./state.ts";

export function loadBalancerHandlers(state: State): Record<string, Handler> {
  const { platform } = state;
  const describe = (balancer: LoadBalancer): ApiLoadBalancer => ({
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: balancer.address,
    CanonicalHostedZoneId: "Z000000000000",
    CreatedTime: new Date(balancer.createdAt),
    Scheme: balancer.scheme as ApiLoadBalancer["Scheme"],
    State: { Code: "active" },
    Type: "application",
    VpcId: "vpc-sandbox",
    IpAddressType: "ipv4",
    SecurityGroups: balancer.securityGroups,
    AvailabilityZones: balancer.subnets.map((SubnetId, index) => ({
      SubnetId,
      ZoneName: `${platform.region}${"abcdef"[index % 6]}`,
    })),
  });

  return {
    CreateLoadBalancer: async (input: CreateLoadBalancerInput) => {
      const name = checkName(input.Name, "Load balancer");
      const balancer = newLoadBalancer(state, name, input);
      const before = [...state.loadBalancers.values()].find((one) => one.name === name);
      if (before) {
        if (!isSame(before, balancer))
          throw new AwsError(
            "DuplicateLoadBalancerNameException",
            `A load balancer with the same name '${name}' exists, but with different settings`,
          );
        return { LoadBalancers: [describe(before)] };
      }
      state.loadBalancers.set(balancer.arn, balancer);
      await changed(state);
      return { LoadBalancers: [describe(balancer)] };
    },
    DescribeLoadBalancers: (input: DescribeLoadBalancersInput) => {
      const found = select(state, input);
      const page = pageOf(found, input.Marker, input.PageSize);
      return { LoadBalancers: page.items.map(describe), NextMarker: page.next };
    },
    DeleteLoadBalancer: async (input: DeleteLoadBalancerInput) => {
      // Idempotent, as on AWS: what is not there is deleted.
      if (!state.loadBalancers.has(input.LoadBalancerArn ?? "")) return {};
      const listeners = [...state.listeners.values()].filter(
        (one) => one.loadBalancerArn === input.LoadBalancerArn,
      );
      await Promise.all(listeners.map((listener) => removeListener(state, listener)));
      state.loadBalancers.delete(input.LoadBalancerArn!);
      await changed(state);
      return {};
    },
  };
}

function newLoadBalancer(state: State, name: string, input: CreateLoadBalancerInput): LoadBalancer {
  if (input.Type && input.Type !== "application")
    throw invalid(`Load balancers of type '${input.Type}' are not implemented in the sandbox`);
  const { region, accountId } = state.platform;
  return {
    arn: `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/app/${name}/${newId()}`,
    name,
    address: state.platform.addressFor(`loadbalancer/${name}`),
    scheme: input.Scheme ?? "internet-facing",
    subnets: input.Subnets ?? (input.SubnetMappings ?? []).map((mapping) => mapping.SubnetId ?? ""),
    securityGroups: input.SecurityGroups ?? [],
    createdAt: state.platform.now(),
    tags: tagsOf(input.Tags),
  };
}

function isSame(a: LoadBalancer, b: LoadBalancer): boolean {
  const settings = ({ scheme, subnets, securityGroups }: LoadBalancer) => ({
    scheme,
    subnets,
    securityGroups,
  });
  return isDeepStrictEqual(settings(a), settings(b));
}

function select(state: State, { LoadBalancerArns, Names }: DescribeLoadBalancersInput): LoadBalancer[] {
  if (LoadBalancerArns?.length) return LoadBalancerArns.map((arn) => findLoadBalancer(state, arn));
  const all = [...state.loadBalancers.values()];
  if (!Names?.length) return all;
  return Names.map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new AwsError("LoadBalancerNotFoundException", `Load balancers '[${name}]' not found`);
    return found;
  });
}
