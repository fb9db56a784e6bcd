// What the doors' page and doors.py say to each other.

export interface Traits {
  doors: Door[];
  accessible_name: string;
  said: string;
  /** an address to go to, or "" */
  go_to: string;
  /** what is said where the page has no address */
  instead: string;
}

export interface Door {
  key: string;
  title: string;
  text: string;
  /** a selector of a place in the page, or "" */
  target: string;
}

export type ToPython = { open: string };
