// An operator's word to a deployment that is asked for once more.
import { type Action, api, type DeploymentView } from "../api.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

export type GraveWord = Extract<Action, "abort" | "reject" | "approve">;

const TELLS: Record<GraveWord, string> = {
  abort: "What has been changed is taken back; what has not been begun is not.",
  reject: "The deployment goes no further; what has been changed is taken back.",
  approve: "The deployment goes on at once.",
};

type Props = { deployment: DeploymentView; word: GraveWord; close: (told?: string) => void };

export function WordDialog({ deployment, word, close }: Props) {
  const { id, app, environment, version } = deployment;
  const title = word.slice(0, 1).toUpperCase() + word.slice(1);
  const act = async (reason: string | undefined) => {
    const { status } = await api().deployments.act(id, word, reason);
    return `${word}: ${status.replaceAll("_", " ")}`;
  };
  return (
    <ReasonDialog
      title={`${title} ${version} on ${app}/${environment}?`}
      tells={TELLS[word]}
      word={title}
      isGrave={word !== "approve"}
      act={act}
      close={close}
    />
  );
}
