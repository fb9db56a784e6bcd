// What the gallery's page and gallery.py say to each other, beside what every widget with large views does.
import type { Bytes, Model } from "../common/model";
import type { FromPython, ToPython, Traits as Looking } from "../looking/protocol";

export type GalleryModel = Model<Traits, ToPython, FromPython>;

export interface Traits extends Looking {
  /** all JPEGs, joined */
  blob: Bytes;
  /** uint32: where each begins, and the end of the last; the two agree when both have come */
  offsets: Bytes;
  captions: string[];
  badges: string[];
  marks: string[];
  /** numbers of the pictures; none where they cannot be opened */
  picture_keys: number[];
  /** what was decided about each, "" for nothing */
  decided: string[];
  /** the label to offer first for each, "" for none */
  suggested: string[];
  accessible_name: string;
  tile_px: number;
  /** a position, -1 for none */
  selected: number;
  /** another number: the pictures are what somebody asked for, and get the focus */
  arrivals: number;
}
