// What the grid's page and grid.py say to each other. A key is the number of a picture.
import type { Bytes, Model } from "../common/model";

export type GridModel = Model<Traits, ToPython, FromPython>;

export interface Traits {
  /** uint32 keys, worst first */
  order: Bytes;
  /** another number: another order altogether */
  sheet: number;
  /** the first nine have a digit key */
  labels: string[];
  all_labels: string[];
  size: Size;
  accessible_name: string;
  empty_text: string;
  can_undo: boolean;
  can_redo: boolean;
}

export type Size = "S" | "M" | "L";

export type Decision = "keep" | "remove" | "relabel" | "not sure" | "none of these";

/** The words of a tile; decided is "" where nothing is. */
export interface Words {
  key: number;
  label: string;
  chips: string[];
  said: string;
  mark: string;
  decided: string;
}

/** A picture beside another one; its JPEG comes in the buffers. */
export interface Alike {
  label: string;
  note: string;
  mark: string;
}

export interface Facts {
  file: string;
  reasons: string[];
  /** label, probability, in words */
  shares: [string, number, string][];
  near: Alike[];
}

export type ToPython =
  | { t: "tiles"; keys: number[]; version: number }
  | { t: "thumbnails"; keys: number[]; side: number }
  /** uint32 keys in the buffer */
  | { t: "decide"; seq: number; action: Decision; label: string }
  | { t: "undo"; seq: number }
  | { t: "redo"; seq: number }
  | { t: "near"; key: number }
  | { t: "large"; key: number };

export interface Tiles {
  t: "tiles";
  tiles: Words[];
  version: number;
  /** the last decision that these words know of */
  seq: number;
}

/** JPEGs in the buffers, as many as keys. */
export interface Thumbnails {
  t: "thumbnails";
  keys: number[];
  side: number;
}

export interface Decided {
  t: "decided";
  /** of the decision this answers; -1 for none */
  seq: number;
  is_done: boolean;
  text: string;
  /** what an undo or redo changed */
  keys: number[];
  is_step?: boolean;
}

/** A JPEG per neighbour in the buffers. */
export interface Near {
  t: "near";
  key: number;
  near: Alike[];
}

/** In the buffers the picture, then a JPEG per neighbour. */
export interface Large {
  t: "large";
  key: number;
  facts: Facts;
  tile: Words;
}

export type FromPython = Tiles | Thumbnails | Decided | Near | Large | { t: "changed" };
