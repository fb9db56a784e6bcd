// What the rows' page and label_rows.py say to each other.
import type { Bytes, Model } from "../common/model";
import type { FromPython as FromLooking, ToPython as ToLooking, Traits as Looking } from "../looking/protocol";

export type RowsModel = Model<Traits, ToPython, FromPython>;

export interface Traits extends Looking {
  rows: LabelRow[];
  /** by label, a few of its pictures */
  strips: Record<string, Pictures>;
  /** by label, pictures that wait to be kept */
  held: Record<string, Waiting>;
  /** what would be undone; "" when there is nothing */
  undo_text: string;
  is_searching: boolean;
  n_wanted: number;
  /** the one button that leads on; "go on" is none of these */
  main: "keep" | "search" | "go on";
  /** the label whose row is brought into sight; "" for none */
  asked: string;
}

/** As many of each. */
export interface Pictures {
  keys: number[];
  jpegs: Bytes[];
}

export interface LabelRow {
  label: string;
  /** "" where the label itself is searched for */
  query: string;
  /** pictures it has, and which fraction of the largest label's */
  n: number;
  share: number;
  /** pictures that wait, and the ids of those without a tick */
  n_held: number;
  left_out: number[];
  status: string;
  kind: string;
  /** a fraction, -1 where nothing is under way */
  progress: number;
  /** what each source answered */
  more: string[];
}

/** As many of each. A mark is a word on the picture, or "". */
export interface Waiting {
  ids: number[];
  jpegs: Bytes[];
  names: string[];
  marks: string[];
}

/** What a person wants, by its name. */
export interface Wishes {
  add: { text: string };
  query: { label: string; text: string };
  rename: { label: string; to: string };
  merge: { label: string; into: string };
  remove: { label: string };
  undo: {};
  search: { labels: string[] };
  cancel: {};
  leave_out: { number: number; is_left_out: boolean };
  keep: { label: string; without: number[] };
  discard: { label: string };
}

type Told<Name extends keyof Wishes> = { t: Name } & Wishes[Name];

export type Wishing = { [Name in keyof Wishes]: Told<Name> }[keyof Wishes];

export type ToPython = Wishing | ToLooking;

/** A wish that was taken: what was typed need not stay. */
export type FromPython = FromLooking | { [Name in keyof Wishes]: { t: "granted"; wish: Name } & Wishes[Name] }[keyof Wishes];

export type Wish = (message: Wishing) => void;
