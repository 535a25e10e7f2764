/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    const production = input?.stage === "production";
    return {
      name: "tutti",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      // Everything that the program makes carries it; what Tutti makes for apps carries `tutti:app` besides.
      providers: { aws: { defaultTags: { tags: { "tutti:installation": `tutti-${input?.stage}` } } } },
    };
  },
  async run() {
    const { buildOnAws } = await import("./packages/infra/sst/build-on-aws.ts");
    return buildOnAws();
  },
});
