// What the gallery's page and gallery.py say to each other.
import type { Bytes } from "../common/model";

export interface Traits {
  /** all JPEGs, joined */
  blob: Bytes;
  /** uint32: where each begins, and the end of the last; the two agree when both have come */
  offsets: Bytes;
  captions: string[];
  badges: string[];
  marks: string[];
  accessible_name: string;
  tile_px: number;
  /** a position, -1 for none */
  selected: number;
}
