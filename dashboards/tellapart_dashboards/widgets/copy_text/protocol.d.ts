// What the copied text's page and copy_text.py say to each other.

export interface Traits {
  /** what is copied; "" for nothing */
  text: string;
  /** what stands on the button */
  description: string;
}
