// A CloudWatch alarm as a rollout sees it. One without enough data does not fire.

export type Alarm = {
  name: string;
  firing: boolean;
  /** The platform's own words for its state. */
  reason: string;
};
