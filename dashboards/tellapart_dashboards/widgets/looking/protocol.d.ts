// What the page of a widget with large views and looking_widget.py say to each other. A key is the number of a picture.
import type { Bytes, Model } from "../common/model";

export interface Traits {
  /** the first nine have a digit key */
  labels: string[];
  all_labels: string[];
}

export type Decision = "keep" | "remove" | "relabel" | "not sure" | "none of these";
export type Act = Decision | "undo" | "redo";

/** The words of a tile; decided is "" where nothing is, suggested where no other label is offered. */
export interface Words {
  key: number;
  label: string;
  chips: string[];
  said: string;
  mark: string;
  decided: string;
  suggested: string;
}

/** A picture beside another one; its JPEG comes in the buffers. */
export interface Alike {
  key: number;
  label: string;
  note: string;
  mark: string;
}

export interface Facts {
  file: string;
  /** what it was to the last training */
  part: string;
  licence: string;
  reasons: string[];
  /** label, probability, in words */
  shares: [string, number, string][];
  near: Alike[];
}

export type ToPython =
  /** uint32 keys in the buffer */
  | { t: "decide"; seq: number; action: Decision; label: string }
  | { t: "step"; seq: number; kind: "undo" | "redo" }
  | { t: "large"; key: number };

export interface Decided {
  t: "decided";
  /** of the decision this answers; -1 for none */
  seq: number;
  is_done: boolean;
  text: string;
  /** what an undo or redo changed */
  keys: number[];
  is_step?: boolean;
  /** key, what its tile says of decisions */
  words: [number, string][];
}

/** In the buffers the picture, then a JPEG per neighbour. */
export interface Large {
  t: "large";
  key: number;
  facts: Facts;
  tile: Words;
}

export type FromPython = Decided | Large;

/** Of any widget that opens pictures large: what the window needs of its model. */
export interface LookingModel {
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  send(message: ToPython, callbacks?: undefined, buffers?: ArrayBuffer[]): void;
}

/** Who walks and decides behind a large view. */
export interface Host {
  readonly model: LookingModel;
  /** By so many pictures; as far as there are. */
  step(by: number): void;
  act(name: Act, label?: string): void;
  /** A picture beside those that are walked along. */
  visit(key: number): void;
  /** What stands for the place of the picture in sight, such as "3 of 24". */
  place(): string;
  /** What was decided about the picture in sight. */
  decided(): string;
}
