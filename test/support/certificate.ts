// A certificate for the time of a test, signed by itself: clients are told to trust it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Certificate = { cert: string; key: string };

export function aCertificate(...names: string[]): Certificate {
  const directory = mkdtempSync(join(tmpdir(), "tutti-certificate-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const asked = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test`.split(
    " ",
  );
  const alternative = `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`;
  try {
    execFileSync("openssl", [...asked, "-keyout", key, "-out", cert, "-addext", alternative], {
      stdio: "pipe",
    });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
