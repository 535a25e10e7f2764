// What AWS would answer to the making of a resource, as far as the program reads it again: ARNs, names, URLs. A type that is not
// here is an error, so that nothing of the graph rests on a guess.

type Place = { account: string; region: string };
type Asked = { type: string; name: string; inputs: Record<string, unknown> };
type Made = { id: string; state: Record<string, unknown> };
type Maker = (place: Place, asked: Asked) => Made;

export function providerState(place: Place, asked: Asked): Made {
  const make = MAKERS[asked.type];
  if (!make)
    throw new Error(`The mocks do not know ${asked.type} (${asked.name}): add it to provider-state.ts.`);
  return make(place, asked);
}

/** A resource with an ARN of the usual form, known by its name. */
function named(service: string, resource: (name: string) => string, nameKey = "name"): Maker {
  return ({ account, region }, { name, inputs }) => {
    const own = String(inputs[nameKey] ?? name);
    const arn = `arn:aws:${service}:${region}:${account}:${resource(own)}`;
    return { id: own, state: { [nameKey]: own, arn } };
  };
}

/** A resource of EC2, known by an id that says what it is. */
function identified(prefix: string, service = "ec2"): Maker {
  return ({ account, region }, { name }) => {
    const id = `${prefix}-${Buffer.from(name).toString("hex").padEnd(17, "0").slice(0, 17)}`;
    return { id, state: { id, arn: `arn:aws:${service}:${region}:${account}:${prefix}/${id}` } };
  };
}

const loadBalancer: Maker = ({ account, region }, { inputs }) => {
  const arn = `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${inputs.name}/0123456789abcdef`;
  const dnsName = `${inputs.name}-1.${region}.elb.amazonaws.com`;
  return { id: arn, state: { arn, dnsName, zoneId: "Z215JYRZR1TBD5" } };
};

const listener: Maker = (_, { inputs }) => {
  const arn = `${String(inputs.loadBalancerArn).replace(":loadbalancer/", ":listener/")}/${inputs.port}`;
  return { id: arn, state: { arn } };
};

/** ACM says at once which record proves the domain (ACM user guide, "DNS validation"). */
const certificate: Maker = ({ account, region }, { inputs }) => {
  const arn = `arn:aws:acm:${region}:${account}:certificate/12345678-1234-1234-1234-123456789012`;
  const proof = {
    domainName: inputs.domainName,
    resourceRecordName: `_a79865eb4cd1a6ab990a45779b4e0b96.${String(inputs.domainName).replace("*.", "")}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: "_424c7224e9b0146f9a8808af955727d0.acm-validations.aws.",
  };
  return { id: arn, state: { arn, domainValidationOptions: [proof] } };
};

const record: Maker = (_, { name, inputs }) => ({ id: name, state: { fqdn: inputs.name } });
const validation: Maker = (_, { name, inputs }) => ({
  id: name,
  state: { certificateArn: inputs.certificateArn },
});

/** What belongs to an account and no region. */
function global(kind: string): Maker {
  return ({ account }, { name, inputs }) => {
    const own = String(inputs.name ?? inputs.url ?? name).replace("https://", "");
    return { id: own, state: { name: own, arn: `arn:aws:iam::${account}:${kind}/${own}` } };
  };
}

const silent: Maker = (_, { name }) => ({ id: name, state: {} });

const role: Maker = ({ account }, { name, inputs }) => {
  const own = String(inputs.name ?? name);
  return { id: own, state: { name: own, arn: `arn:aws:iam::${account}:role/${own}` } };
};

const bucket: Maker = ({ region }, { name, inputs }) => {
  const own = String(inputs.bucket ?? name.toLowerCase());
  const bucketRegionalDomainName = `${own}.s3.${region}.amazonaws.com`;
  return { id: own, state: { bucket: own, arn: `arn:aws:s3:::${own}`, bucketRegionalDomainName } };
};

/** On a bus that somebody made, the bus is part of the ARN; the default one is known by its name too. */
const rule: Maker = ({ account, region }, { name, inputs }) => {
  const own = String(inputs.name ?? name);
  const { eventBusName = "default" } = inputs;
  const path = eventBusName === "default" ? own : `${eventBusName}/${own}`;
  const arn = `arn:aws:events:${region}:${account}:rule/${path}`;
  return { id: own, state: { name: own, arn, eventBusName } };
};

const functionUrl: Maker = ({ region }, { inputs }) => ({
  id: String(inputs.functionName),
  state: { functionUrl: `https://${inputs.functionName}.lambda-url.${region}.on.aws/` },
});

/** Sixteen bytes would do: SST makes a key of them for links, of which this program has none. */
const bytes: Maker = (_, { name, inputs }) => ({
  id: name,
  state: { base64: Buffer.alloc(Number(inputs.length ?? 32), 7).toString("base64") },
});

const MAKERS: Record<string, Maker> = {
  "aws:ec2/vpc:Vpc": identified("vpc"),
  "aws:ec2/subnet:Subnet": identified("subnet"),
  "aws:ec2/internetGateway:InternetGateway": identified("igw"),
  "aws:ec2/natGateway:NatGateway": identified("nat"),
  "aws:ec2/eip:Eip": identified("eipalloc"),
  "aws:ec2/routeTable:RouteTable": identified("rtb"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": silent,
  "aws:ec2/securityGroup:SecurityGroup": identified("sg"),
  "aws:ec2/launchTemplate:LaunchTemplate": identified("lt"),
  "aws:autoscaling/group:Group": silent,
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/listener:Listener": listener,
  "aws:acm/certificate:Certificate": certificate,
  "aws:acm/certificateValidation:CertificateValidation": validation,
  "aws:route53/record:Record": record,
  "aws:ecs/cluster:Cluster": named("ecs", (name) => `cluster/${name}`),
  "aws:iam/instanceProfile:InstanceProfile": global("instance-profile"),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": global("oidc-provider"),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": silent,
  "aws:lambda/function:Function": named("lambda", (name) => `function:${name}`),
  "aws:lambda/functionUrl:FunctionUrl": functionUrl,
  "aws:lambda/permission:Permission": silent,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": silent,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": silent,
  "aws:sfn/stateMachine:StateMachine": named("states", (name) => `stateMachine:${name}`),
  "aws:dynamodb/table:Table": named("dynamodb", (name) => `table/${name}`),
  "aws:codebuild/project:Project": named("codebuild", (name) => `project/${name}`),
  "aws:cloudwatch/eventBus:EventBus": named("events", (name) => `event-bus/${name}`),
  "aws:cloudwatch/eventRule:EventRule": rule,
  "aws:cloudwatch/eventTarget:EventTarget": silent,
  "aws:cloudwatch/logGroup:LogGroup": named("logs", (name) => `log-group:${name}`),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": silent,
  "aws:cloudwatch/metricAlarm:MetricAlarm": named("cloudwatch", (name) => `alarm:${name}`),
  "aws:cloudwatch/dashboard:Dashboard": silent,
  "aws:scheduler/schedule:Schedule": named("scheduler", (name) => `schedule/default/${name}`),
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketObjectv2:BucketObjectv2": silent,
  "aws:s3/bucketPolicy:BucketPolicy": silent,
  "aws:s3/bucketVersioning:BucketVersioning": silent,
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": silent,
  "aws:s3/bucketNotification:BucketNotification": silent,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": silent,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": silent,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": silent,
  "random:index/randomBytes:RandomBytes": bytes,
};
