// What the API answered when it did not do what was asked, in its own words, fault by fault.
import { ClientError } from "#client/client-error.ts";

export function Refusal({ error }: { error: Error | null }) {
  if (!error) return null;
  const faults = error instanceof ClientError ? error.errors : [];
  return (
    <div class="alarm" role="alert">
      <strong>{error instanceof ClientError && error.status === 0 ? "No answer: " : "Refused: "}</strong>
      {error.message}
      {faults.length > 0 && (
        <ul>
          {faults.map((fault) => (
            <li key={fault.path + fault.message}>
              <code>{fault.path}</code> {fault.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
