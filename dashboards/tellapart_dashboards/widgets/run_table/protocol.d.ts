// What the run table's page and run_table.py say to each other.
import type { Model } from "../common/model";

export type RunsModel = Model<Traits, ToPython, FromPython>;
export type Wish = (message: ToPython) => void;

export interface Traits {
  rows: RunRow[];
  trash: DeletedRun[];
  /** at most two runs */
  chosen: string[];
}

/** Numbers to sort by, and beside them the words for a person. */
export interface RunRow {
  run: string;
  /** what a person called it, or "" */
  name: string;
  /** seconds since 1970 */
  started: number;
  when: string;
  recipe: string;
  /** a fraction; null where there is no result, which cannot be compared nor reported */
  error: number | null;
  /** with its interval; without a result how the training ended */
  error_text: string;
  /** why there is no result, or "" */
  note: string;
  can_resume: boolean;
  pictures: number;
  seconds: number;
  time: string;
  bytes: number;
  size: string;
}

export interface DeletedRun {
  run: string;
  name: string;
  text: string;
}

/** What a person wants. */
export type ToPython =
  | { t: "compare"; runs: string[] }
  | { t: "rename"; run: string; name: string }
  | { t: "delete"; run: string }
  | { t: "restore"; run: string }
  | { t: "resume"; run: string }
  | { t: "report"; run: string };

/** The report that was asked for, in the buffer, and how its file is called; "" where it could not be made. */
export type FromPython = { t: "report"; run: string; name: string };
