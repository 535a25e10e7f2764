// The frame around each page: the way home, the state of the connection, and the door for who has no token.
import { lostSince, refusal } from "./connection.ts";
import { DeploymentPage } from "./pages/deployment.tsx";
import { Hall } from "./pages/hall.tsx";
import { TargetPage } from "./pages/target.tsx";
import { route } from "./route.ts";
import { signIn, signOut, token, turnedAwayBecause } from "./session.ts";
import { clockTime } from "./time.ts";
import "./door.css";

export function App() {
  if (!token.value) return <Door />;
  return (
    <>
      <header>
        <a class="brand" href="#/">
          <img src="/icon.svg" alt="" width="28" height="28" /> Tutti
        </a>
        <Connection />
        <button type="button" class="plain" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main>
        {refusal.value && (
          <p class="alarm" role="alert">
            {refusal.value}
          </p>
        )}
        <Page />
      </main>
    </>
  );
}

function Page() {
  const at = route.value;
  if (at.page === "deployment") return <DeploymentPage key={at.id} id={at.id} />;
  if (at.page === "target")
    return <TargetPage key={`${at.app}/${at.environment}`} app={at.app} environment={at.environment} />;
  return <Hall />;
}

function Connection() {
  const since = lostSince.value;
  return (
    <p class="connection" role="status">
      {since === null ? (
        <span class="live">live</span>
      ) : (
        <span class="lost">not connected since {clockTime(new Date(since).toISOString())}</span>
      )}
    </p>
  );
}

function Door() {
  const enter = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("token") as HTMLInputElement;
    if (field.value.trim()) signIn(field.value.trim());
  };
  return (
    <main class="door">
      <h1>
        <img src="/icon.svg" alt="" width="40" height="40" /> Tutti
      </h1>
      {turnedAwayBecause.value && (
        <p class="alarm" role="alert">
          {turnedAwayBecause.value}
        </p>
      )}
      <form onSubmit={enter}>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="off" required />
        <button type="submit">Come in</button>
      </form>
      <p>
        <code>npm start</code> prints a link that signs you in. The token stays in this tab.
      </p>
    </main>
  );
}
