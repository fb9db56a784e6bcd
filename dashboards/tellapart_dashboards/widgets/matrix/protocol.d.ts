// What the matrix's page and matrix.py say to each other.

export interface Traits {
  classes: string[];
  /** rows actual, columns predicted */
  counts: number[][];
  /** [row, column], or [] for none */
  chosen: number[];
}
