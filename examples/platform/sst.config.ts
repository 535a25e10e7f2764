/// <reference path="../../.sst/platform/config.d.ts" />

// A platform to start from: everything that an environment of Tutti names and does not make. One stage is one environment:
// `npx sst deploy --stage prod` in this folder. It is yours to change; Tutti knows of it only what `settings` says.
export default $config({
  app(input) {
    const production = input?.stage === "prod";
    return {
      name: "platform",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      providers: { aws: { defaultTags: { tags: { environment: input?.stage ?? "none" } } } },
    };
  },
  async run() {
    const { platform } = await import("./platform.ts");
    return platform($app.stage);
  },
});
