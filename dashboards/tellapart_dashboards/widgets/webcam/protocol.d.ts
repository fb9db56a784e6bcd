// What the camera's page and webcam.py say to each other.

export interface Traits {
  /** what the pictures show; without one there is no shot */
  label: string;
  /** false: shots without a label are taken too */
  needs_label: boolean;
  n_shots: number;
  longest_px: number;
  burst_ms: number;
  /** frames are answered while the camera is open */
  is_live: boolean;
  /** of such a frame's longer side */
  frame_px: number;
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

/** In the buffer a small JPEG of what the camera sees now. */
export interface Frame {
  t: "frame";
  n: string;
}

/** What a frame shows; text "" where nobody could look. closest: the likeliest label of what is none of them. */
export interface Answer {
  t: "answer";
  n: string;
  text: string;
  shares: [label: string, text: string, fraction: number][];
  is_sure: boolean;
  closest?: string;
}

export type ToPython = Shot | Frame;

export type FromPython = { t: "kept"; n: Shot["n"] } | { t: "refused"; n: Shot["n"]; reason: string } | Answer;

/** The answer to a message, null after a silence. */
export type Send = (content: ToPython, buffers: ArrayBuffer[]) => Promise<FromPython | null>;
