// A VPC over two zones: what faces the internet is public, what runs apps is private and goes out through one NAT gateway. For an
// environment that must outlive a zone, make one gateway in each.
export function network(stage: string) {
  const zones = aws.getAvailabilityZonesOutput({ state: "available" }).names;
  const vpc = new aws.ec2.Vpc("Vpc", {
    cidrBlock: "10.0.0.0/16",
    enableDnsHostnames: true,
    tags: { Name: `platform-${stage}` },
  });
  const internet = new aws.ec2.InternetGateway("Internet", { vpcId: vpc.id });
  const subnet = (name: string, index: number, third: number) =>
    new aws.ec2.Subnet(`${name}${index + 1}`, {
      vpcId: vpc.id,
      availabilityZone: zones.apply((all) => all[index]!),
      cidrBlock: `10.0.${third}.0/24`,
    });
  const publicSubnets = [subnet("Public", 0, 0), subnet("Public", 1, 1)];
  const privateSubnets = [subnet("Private", 0, 10), subnet("Private", 1, 11)];
  const address = new aws.ec2.Eip("NatAddress", { domain: "vpc" });
  const nat = new aws.ec2.NatGateway("Nat", { allocationId: address.id, subnetId: publicSubnets[0]!.id });
  const out = { cidrBlock: "0.0.0.0/0" };
  const toInternet = new aws.ec2.RouteTable("PublicRoutes", {
    vpcId: vpc.id,
    routes: [{ ...out, gatewayId: internet.id }],
  });
  const throughNat = new aws.ec2.RouteTable("PrivateRoutes", {
    vpcId: vpc.id,
    routes: [{ ...out, natGatewayId: nat.id }],
  });
  const attach = (name: string, subnets: aws.ec2.Subnet[], table: aws.ec2.RouteTable) =>
    subnets.forEach((one, index) => {
      new aws.ec2.RouteTableAssociation(`${name}Routes${index + 1}`, {
        subnetId: one.id,
        routeTableId: table.id,
      });
    });
  attach("Public", publicSubnets, toInternet);
  attach("Private", privateSubnets, throughNat);
  return {
    vpcId: vpc.id,
    publicSubnetIds: publicSubnets.map((one) => one.id),
    privateSubnetIds: privateSubnets.map((one) => one.id),
  };
}

export type Network = ReturnType<typeof network>;
