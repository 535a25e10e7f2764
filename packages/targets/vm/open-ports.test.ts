import { expect, test } from "vitest";
import { portsOpenToAll } from "./open-ports.ts";

test("what is open to everyone is told, by address family and port, and nothing that names a group or a network", () => {
  const balancer = {
    IpProtocol: "tcp",
    FromPort: 8080,
    ToPort: 8080,
    UserIdGroupPairs: [{ GroupId: "sg-1" }],
  };
  const office = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "192.0.2.0/24" }] };
  expect(portsOpenToAll([balancer, office])).toEqual([]);
  const world = [
    { IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    { IpProtocol: "tcp", FromPort: 1024, ToPort: 65535, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
    { IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/8" }, { CidrIp: "0.0.0.0/0" }] },
  ];
  expect(portsOpenToAll([...world, balancer])).toEqual(["8080", "1024-65535", "all ports"]);
});
