// What the camera's page and webcam.py say to each other.

export interface Traits {
  /** what the pictures show; without one there is no shot */
  label: string;
  /** false: shots without a label are taken too */
  needs_label: boolean;
  n_shots: number;
  longest_px: number;
  burst_ms: number;
}

/** In the buffer a JPEG; none at the end of a burst. */
export interface Shot {
  t: "shot";
  /** of the shot, for the answer */
  n: number | string;
  label: string;
  /** whether the pictures taken so far go on their way */
  is_last: boolean;
}

export type ToPython = Shot;

export type FromPython = { t: "kept"; n: Shot["n"] } | { t: "refused"; n: Shot["n"]; reason: string };
