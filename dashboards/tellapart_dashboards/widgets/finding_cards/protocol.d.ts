// What the cards' page and finding_cards.py say to each other.
import type { Bytes } from "../common/model";

export interface Traits {
  cards: CardData[];
  /** that can be given, the first nine by number */
  labels: string[];
  accessible_name: string;
  /** what came of the latest wish */
  said: string;
  /** id of the card that gets the focus, or "" */
  at: string;
  can_undo: boolean;
  can_redo: boolean;
  /** cards that are not in sight */
  n_more: number;
  /** what stands where no card stands */
  empty: string;
  /** all of the thing that was asked for last, {} before it is there */
  large: LargeData;
}

/** Some words, and whether they speak for or against what is suggested. */
export type Piece = [string, "" | "for" | "against"];

export interface LargeData {
  id: string;
  pieces: Piece[];
  cells: [string, string][];
  /** a sentence where not all of it is there, or "" */
  rest: string;
  words: string[];
  /** what is most like it; note: how much */
  near: { label: string; note: string; text: string }[];
}

export interface CardData {
  id: string;
  /** what the card is called */
  name: string;
  /** JPEG, of things that are seen; caption: what it shows */
  picture?: Bytes;
  caption?: string;
  /** it can be looked at closer */
  opens?: boolean;
  /** "" for things that have none */
  label: string;
  reasons: string[];
  /** a text in pieces, each "" or for or against what is suggested */
  pieces: Piece[];
  /** what the pieces leave out, or "" */
  rest: string;
  /** titles and values of a row */
  cells: [string, string][];
  /** sentences about the words that are marked */
  words: string[];
  /** the thing that this one is a copy of */
  other: { label?: string; text?: string };
  /** "relabel", "remove", "keep" or "" */
  action: string;
  suggested: string;
  /** whether there is more to be seen of it */
  has_large?: boolean;
}

/** What a person wants. */
export type ToPython =
  | { t: "decide"; id: string; action: string; label: string }
  | { t: "open"; id: string }
  | { t: "undo" }
  | { t: "redo" }
  | { t: "look"; id: string }
  | { t: "more" };

export type Send = (message: ToPython) => void;
