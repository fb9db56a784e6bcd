// What the page with a mask and mask_brush.py say to each other.
import type { Bytes } from "../common/model";

export interface Traits {
  scene: Scene;
  classes: PaintClass[];
  accessible_name: string;
  /** whether masks can be painted, or are only looked at */
  can_paint: boolean;
  /** a saved step can be taken back, or kept once more */
  can_undo: boolean;
  can_redo: boolean;
}

/** A picture with its masks; id "" for none. */
export interface Scene {
  id: string;
  /** another one whenever what is shown changed */
  turn: number;
  /** what stands above it */
  name: string;
  /** of the masks */
  width: number;
  height: number;
  /** JPEG */
  picture?: Bytes;
  /** zlib's bytes of height × width places of classes, 255 where nothing counts; none where there is no such mask */
  mask?: Bytes;
  told?: Bytes;
  has_previous: boolean;
  has_next: boolean;
  /** what came of the latest wish */
  said: string;
}

export interface PaintClass {
  name: string;
  /** red, green, blue */
  colour: [number, number, number];
}

/** What a person wants; the mask that is to be saved has its bytes in the buffer. */
export type ToPython =
  | { t: "save"; id: string }
  | { t: "keep"; id: string }
  | { t: "go"; by: number }
  | { t: "close" }
  | { t: "undo" }
  | { t: "redo" };

/** The mask was not saved; a saved one comes as a scene. */
export type FromPython = { t: "refused"; said: string };

/** A part of a mask, in its pixels: right and bottom are outside. */
export interface Part {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
