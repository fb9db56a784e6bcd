// What the upload's page and upload.py say to each other; messages.py checks what the page says.
import type { Model } from "../common/model";

export type UploadModel = Model<Traits, ToPython, FromPython>;

export interface Traits {
  accessible_name: string;
  /** is to be dropped there, in words */
  what: string;
  takes_folders: boolean;
  /** one large button, then the other ways */
  is_for_visitors: boolean;
  /** files dropped on an element with data-drop-label have that label */
  takes_labels: boolean;
  /** pasted addresses of pictures are sent on */
  takes_addresses: boolean;
  /** kinds of files, as an <input> takes them */
  accept: string;
  piece_bytes: number;
  /** of one answer */
  timeout_s: number;
  is_drawn: boolean;
}

/** path: with the folders in front */
export type AnnouncedFile = { id: number; path: string; size: number };

/** Its bytes are in the next buffer; an empty one has none. */
export type Piece = { id: number; off: number; size: number };

/** `batch` is what a person drops, pastes or chooses at once. */
export type ToPython =
  /** label: where the files were dropped, "" elsewhere */
  | { t: "announce"; batch: string; label: string; files: AnnouncedFile[]; more: boolean }
  | { t: "addresses"; text: string }
  /** n: of the message, for the answer */
  | { t: "pieces"; batch: string; n: number; pieces: Piece[] }
  | { t: "end"; batch: string }
  /** a small batch, announced, sent and ended at once; a buffer for each file that is not empty */
  | { t: "whole"; batch: string; label: string; files: AnnouncedFile[] }
  | { t: "abort"; batch: string };

/** off: the next offset that is wanted */
export type Progress = { id: number; off: number; done: boolean };

export type FromPython =
  | { t: "go"; batch: string }
  | { t: "at"; batch: string; n: number; files: Progress[] }
  | { t: "done"; batch: string; kept: number }
  | { t: "lost"; batch: string }
  | { t: "refused"; batch: string; reason: string };
