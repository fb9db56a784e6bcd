// What the sliders' page and sliders.py say to each other.

export interface Traits {
  options: Option[];
  /** number of each key, 0 or 1 of a switch */
  values: Record<string, number>;
  accessible_name: string;
}

export interface Option {
  key: string;
  label: string;
  low: number;
  high: number;
  /** 0 for a switch */
  step: number;
  /** what is written after the number */
  unit: string;
}
