// What the picks' page and picks.py say to each other.
import type { Bytes } from "../common/model";

export interface Traits {
  /** all JPEGs, joined */
  blob: Bytes;
  /** uint32: where each begins, and the end of the last; the two agree when both have come */
  offsets: Bytes;
  captions: string[];
  /** positions, in the order they were pressed */
  chosen: number[];
  at_most: number;
  accessible_name: string;
}
