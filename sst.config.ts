/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    const production = input?.stage === "production";
    return {
      name: "tutti",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      providers: { aws: { defaultTags: { tags: { "tutti:stage": input?.stage ?? "unknown" } } } },
    };
  },
  async run() {
    const { buildOnAws } = await import("./packages/infra/sst.ts");
    return buildOnAws();
  },
});
