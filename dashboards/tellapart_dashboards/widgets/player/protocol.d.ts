// What the player's page and player.py say to each other.

export interface Traits {
  /** the last step; the first is 0 */
  n_steps: number;
  /** the step in sight */
  at: number;
  /** how often Python has asked for the steps to be played */
  n_plays: number;
  /** milliseconds for one step */
  pace_ms: number;
  accessible_name: string;
}
