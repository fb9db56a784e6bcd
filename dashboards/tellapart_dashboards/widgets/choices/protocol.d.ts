// What the choices' page and choices.py say to each other.

export interface Traits {
  options: Option[];
  /** the key of one of them */
  chosen: string;
  accessible_name: string;
}

export interface Option {
  key: string;
  label: string;
  /** how many there are, in words */
  n: string;
}
