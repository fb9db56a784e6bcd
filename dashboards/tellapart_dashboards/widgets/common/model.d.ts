// What anywidget gives to a widget's `render`: its Python half, by the traits and messages of the widget's protocol.d.ts.

export interface Model<Traits, ToPython = never, FromPython = never> {
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void;
  /** What was set goes to Python. */
  save_changes(): void;
  send(message: ToPython, callbacks?: undefined, buffers?: ArrayBuffer[]): void;
  on(event: "msg:custom", handler: (message: FromPython, buffers: Bytes[]) => void): void;
  /** Several events, separated by spaces. */
  on(events: `change:${keyof Traits & string}`, handler: () => void): void;
  on<Rest extends string>(events: Events<keyof Traits & string, Rest>, handler: () => void): void;
  off(event: "msg:custom", handler: (message: FromPython, buffers: Bytes[]) => void): void;
  off(event: `change:${keyof Traits & string}`, handler: () => void): void;
  /** Whatever this handler was told of. */
  off(event: null, callback: null, handler: Function): void;
}

type Events<Name extends string, Rest extends string> = `change:${Name} ${Rest}`;

export interface Context<Traits, ToPython = never, FromPython = never> {
  model: Model<Traits, ToPython, FromPython>;
  el: HTMLElement;
}

/** How bytes come from Python. */
export type Bytes = DataView<ArrayBuffer>;
