// What the grid's page and grid.py say to each other, beside what every widget with large views does. A key is the number
// of a picture.
import type { Bytes, Model } from "../common/model";
import type { Alike, FromPython as FromLooking, ToPython as ToLooking, Traits as Looking, Words } from "../looking/protocol";

export type GridModel = Model<Traits, ToPython, FromPython>;

export interface Traits extends Looking {
  /** uint32 keys, worst first */
  order: Bytes;
  /** another number: another order altogether */
  sheet: number;
  size: Size;
  accessible_name: string;
  empty_text: string;
  can_undo: boolean;
  can_redo: boolean;
}

export type Size = "S" | "M" | "L";

export type ToPython =
  | ToLooking
  | { t: "tiles"; keys: number[]; version: number }
  | { t: "thumbnails"; keys: number[]; side: number }
  | { t: "near"; key: number };

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

/** A JPEG per neighbour in the buffers. */
export interface Near {
  t: "near";
  key: number;
  near: Alike[];
}

export type FromPython = FromLooking | Tiles | Thumbnails | Near | { t: "changed" };
