// What the map's page and map.py say to each other. A place is the position of a picture in the list of points.
import type { Bytes } from "../common/model";

export interface Traits {
  /** float32 x and y of each picture, 0 to 1 */
  points: Bytes;
  /** uint16: the place of each one's label in `labels` */
  targets: Bytes;
  /** uint32 places: they have a ring */
  open_findings: Bytes;
  labels: string[];
  region: Region | [];
}

/** left, top, right, bottom */
export type Region = [number, number, number, number];

/** What lies below the pointer? That rectangle is chosen, [] for none; Python says so in `region`. */
export type ToPython = { t: "look"; place: number } | { t: "choose"; region: Region | [] };

/** Its words; in the buffer a JPEG. */
export type FromPython = { t: "look"; place: number; words: string };
