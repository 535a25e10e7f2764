// The part of asl-validator that the tests use; its own types do not resolve from an ES module.
declare module "asl-validator" {
  function validate(
    definition: object,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): { isValid: boolean; errors: unknown[] };
  export = validate;
}
