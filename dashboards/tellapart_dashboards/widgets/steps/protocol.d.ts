// What the steps' page and steps.py say to each other.

export interface Traits {
  project_name: string;
  steps: Step[];
  /** the key of the page in sight, or "" */
  current: string;
  /** the key whose page is there: another one while that of `current` is opened */
  shown: string;
  note: string;
  /** whether the project's name leads to the list of projects */
  has_projects: boolean;
  /** said by the page */
  is_drawn: boolean;
}

export interface Step {
  key: string;
  label: string;
  /** a number in words, or "" */
  badge: string;
}
