/** Items that are worked on at the same time, by as many lanes as are wanted just now. */
export interface LaneWork<Item> {
  readonly items: Iterable<Item>;
  /** How many lanes there should be; asked again after each item, and when work says `mayWiden`. */
  wanted(): number;
  /** Nothing more is begun. */
  isOver(): boolean;
  work(item: Item, mayWiden: () => void): Promise<void>;
  /** What `work` threw; called for each. */
  onError(thrown: unknown): void;
}

/** Resolves when nothing is worked on any more: all items are done, or it is over, or every lane has failed. */
export async function inLanes<Item>({ items, wanted, isOver, work, onError }: LaneWork<Item>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const idle = Promise.withResolvers<void>();
  /** Lanes that will take another item. One that ends is taken off at once: others that ask in the same turn stay. */
  let going = 0;
  let alive = 0;
  let isEmpty = false;

  async function takeItems(): Promise<void> {
    for (;;) {
      const next = queue.next();
      if (next.done) {
        isEmpty = true;
        going -= 1;
        return;
      }
      await work(next.value, widen);
      if (going > Math.max(1, wanted())) {
        going -= 1;
        return;
      }
      widen();
    }
  }
  async function lane(): Promise<void> {
    going += 1;
    alive += 1;
    try {
      await takeItems();
    } catch (thrown) {
      going -= 1;
      onError(thrown);
    } finally {
      alive -= 1;
      if (alive === 0) idle.resolve();
    }
  }
  function widen(): void {
    while (going < wanted() && !isEmpty && !isOver()) void lane();
  }
  // One at least, also when it is over already: `work` says why.
  void lane();
  widen();
  await idle.promise;
}
