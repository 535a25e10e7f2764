// The frame around each page: the way through the house, the state of the connection, and the door for who has no token.
import type { JSX } from "preact";
import { lostSince, refusal } from "./connection.ts";
import { may, me } from "./me.ts";
import { AuditPage } from "./pages/audit.tsx";
import { DeploymentPage } from "./pages/deployment.tsx";
import { DeploymentsPage } from "./pages/deployments.tsx";
import { Hall } from "./pages/hall.tsx";
import { HealingPage } from "./pages/healing.tsx";
import { NotificationsPage } from "./pages/notifications.tsx";
import { TargetPage } from "./pages/target.tsx";
import { TokensPage } from "./pages/tokens.tsx";
import { TrainPage } from "./pages/train.tsx";
import { TrainsPage } from "./pages/trains.tsx";
import { linkTo, type PlainPage, type Route, route } from "./route.ts";
import { signIn, signOut, token, turnedAwayBecause } from "./session.ts";
import { clockTime } from "./time.ts";
import "./frame.css";

const PLAIN: Record<PlainPage, { name: string; page: () => JSX.Element }> = {
  hall: { name: "Hall", page: Hall },
  deployments: { name: "Deployments", page: DeploymentsPage },
  trains: { name: "Trains", page: TrainsPage },
  healing: { name: "Healing", page: HealingPage },
  notifications: { name: "Notifications", page: NotificationsPage },
  audit: { name: "Audit", page: AuditPage },
  tokens: { name: "Tokens", page: TokensPage },
};

export function App() {
  if (!token.value) return <Door />;
  return (
    <>
      <button type="button" class="skip" onClick={toMain}>
        To the content
      </button>
      <header class="frame">
        <a class="brand" href="#/">
          <img src="/icon.svg" alt="" width="28" height="28" /> Tutti
        </a>
        <Ways at={route.value} />
        <Connection />
        <button type="button" class="plain" onClick={signOut} title={me.value?.name}>
          Sign out
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {refusal.value && (
          <p class="alarm" role="alert">
            {refusal.value}
          </p>
        )}
        <Page at={route.value} />
      </main>
    </>
  );
}

function Ways({ at }: { at: Route }) {
  const shown = (Object.keys(PLAIN) as PlainPage[]).filter((page) => page !== "tokens" || may("admin"));
  return (
    <nav aria-label="Pages">
      {shown.map((page) => (
        <a key={page} href={linkTo({ page })} aria-current={at.page === page ? "page" : undefined}>
          {PLAIN[page].name}
        </a>
      ))}
    </nav>
  );
}

function Page({ at }: { at: Route }) {
  if (at.page === "deployment") return <DeploymentPage key={at.id} id={at.id} />;
  if (at.page === "train") return <TrainPage key={at.id} id={at.id} />;
  if (at.page === "target")
    return <TargetPage key={`${at.app}/${at.environment}`} app={at.app} environment={at.environment} />;
  if (at.page === "nowhere") return <Nowhere address={at.address} />;
  const { page: Plain } = PLAIN[at.page];
  return <Plain key={at.page} />;
}

function Nowhere({ address }: { address: string }) {
  return (
    <section class="empty">
      <h1>There is no page here</h1>
      <p>
        <code>{address}</code> leads nowhere. <a href="#/">Back to the hall.</a>
      </p>
    </section>
  );
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
        <img src="/icon.svg" alt="" width="44" height="44" /> Tutti
      </h1>
      {turnedAwayBecause.value && (
        <p class="alarm" role="alert">
          {turnedAwayBecause.value}
        </p>
      )}
      <form onSubmit={enter}>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="off" required />
        <button type="submit" class="first">
          Come in
        </button>
      </form>
      <p class="waiting">
        <code>npm start</code> prints a link that signs you in. The token stays in this tab.
      </p>
    </main>
  );
}

/** No link: `#main` would be the address of a page here. */
function toMain(): void {
  document.getElementById("main")?.focus();
}
