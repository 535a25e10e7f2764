// Pure: what a security group lets in from everywhere. Copies stand behind a load balancer, so nobody else needs a way to them.
import type { IpPermission } from "@aws-sdk/client-ec2";

const EVERYWHERE = ["0.0.0.0/0", "::/0"];

/** As people write them: `all ports`, `8080`, `1024-65535`. */
export function portsOpenToAll(permissions: IpPermission[]): string[] {
  return permissions.filter(isOpen).map(({ IpProtocol, FromPort, ToPort }) => {
    if (IpProtocol === "-1" || FromPort === undefined) return "all ports";
    return FromPort === ToPort ? String(FromPort) : `${FromPort}-${ToPort}`;
  });
}

function isOpen({ IpRanges = [], Ipv6Ranges = [] }: IpPermission): boolean {
  const ranges = [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)];
  return ranges.some((range) => range !== undefined && EVERYWHERE.includes(range));
}
