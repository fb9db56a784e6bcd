// What the download's page and download.py say to each other.

export interface Traits {
  /** what stands on the button */
  description: string;
  /** of the file that is offered; "" for none */
  file_name: string;
}

/** The piece that begins at this byte is wanted. */
export interface Ask {
  t: "ask";
  off: number;
}

export type ToPython = Ask;

/** A piece has its bytes in the buffer; total: bytes of the whole file. */
export type FromPython = { t: "piece"; off: number; total: number } | { t: "refused"; reason: string };
