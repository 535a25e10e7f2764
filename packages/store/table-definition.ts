// The table as CreateTable takes it, for the blueprint. Indexes hold keys only: a deployment is written often and
// listed seldom, so a list reads its page of keys and then the items, and a change costs no index write.

export const TABLE_DEFINITION = {
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" as const },
    { AttributeName: "sk", AttributeType: "S" as const },
    { AttributeName: "gsi1pk", AttributeType: "S" as const },
    { AttributeName: "gsi1sk", AttributeType: "S" as const },
    { AttributeName: "gsi2pk", AttributeType: "S" as const },
    { AttributeName: "gsi2sk", AttributeType: "S" as const },
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" as const },
    { AttributeName: "sk", KeyType: "RANGE" as const },
  ],
  GlobalSecondaryIndexes: [index("gsi1"), index("gsi2")],
  BillingMode: "PAY_PER_REQUEST" as const,
  /** TTL tidies up and decides nothing: whoever reads an expired item checks the time itself. */
  ttlAttribute: "ttl",
};

function index(name: string) {
  return {
    IndexName: name,
    KeySchema: [
      { AttributeName: `${name}pk`, KeyType: "HASH" as const },
      { AttributeName: `${name}sk`, KeyType: "RANGE" as const },
    ],
    Projection: { ProjectionType: "KEYS_ONLY" as const },
  };
}
