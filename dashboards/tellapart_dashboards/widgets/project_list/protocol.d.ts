// What the project list's page and project_list.py say to each other.

export type Wish = (message: ToPython) => void;

export interface Traits {
  rows: ProjectRow[];
  trash: DeletedRow[];
  can_change: boolean;
  said: string;
  /** "" or "care" */
  kind: string;
  /** the key of what was just deleted, or "" */
  undo: string;
  /** an address to go to, or "" */
  go_to: string;
}

export interface ProjectRow {
  name: string;
  /** begins with "?" and opens the project */
  address: string;
  /** the folder it lies in, where that is another one than usual, or "" */
  where: string;
  facts: string;
  when: string;
  /** why it cannot be opened, or "" */
  problem: string;
  is_open: boolean;
  is_here: boolean;
}

export interface DeletedRow {
  key: string;
  name: string;
  text: string;
}

/** What a person wants. */
export type ToPython =
  | { t: "new"; name: string }
  | { t: "rename"; name: string; to: string }
  | { t: "duplicate"; name: string }
  | { t: "delete"; name: string }
  | { t: "restore"; key: string }
  | { t: "folder"; path: string }
  | { t: "forget"; address: string };
