// What the answers' page and answers.py say to each other.
import type { Model } from "../common/model";

export type AnswersModel = Model<Traits, ToPython, FromPython>;

export interface Traits {
  /** what a person may say instead */
  labels: string[];
  can_put_right: boolean;
}

/** What the model says of one picture. */
export interface Answered {
  number: number;
  batch: number;
  /** of the file */
  name: string;
  label: string;
  /** likeliest first */
  shares: [label: string, text: string, fraction: number][];
  /** unlike all that it was trained on */
  is_none: boolean;
  /** why there is no answer, or "" */
  reason: string;
  /** whether its thumbnail is among the buffers */
  has_picture: boolean;
}

/** Asked about an answer; "clear" and "table" are about all. */
export type Question = "why" | "alike" | "larger" | "put right" | "none of these" | "take back";

export type ToPython =
  | { t: "hello" }
  | { t: "clear" }
  | { t: "table" }
  | { t: Question; number: number; label?: string };

/** A picture of the project. */
export interface AlikePicture {
  label: string;
  /** of the file */
  name: string;
  /** the very picture that was answered, or a copy */
  is_same: boolean;
}

export interface Reply {
  t: "reply";
  to: Question | "clear" | "table";
  number: number;
  /** in words, why there is nothing else */
  problem?: string;
  /** of "why" */
  words?: string;
  alt?: string;
  /** of "alike", nearest first; their pictures are the buffers */
  alike?: AlikePicture[];
  /** of "put right", "none of these" and "take back" */
  sentence?: string;
  label?: string;
  can_undo?: boolean;
  /** of "table" */
  file_name?: string;
}

export type FromPython = { t: "add"; rows: Answered[] } | Reply;

/** A reply with its pictures; url: of the first one, "" for none. */
export interface Replied {
  reply: Reply;
  url: string;
  urls: string[];
}

/** Sends a question, and gives the reply. */
export type Ask = (name: Question, number: number, label?: string) => Promise<Replied>;
