// Where AWS is and who calls it: what every client of a deployment is made with.
export type AwsAccess = {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
