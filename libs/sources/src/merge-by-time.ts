/** One item of a merge, with the place of its source in the list that was given. */
export interface Merged<Item> {
  readonly source: number;
  readonly item: Item;
}

/**
 * Several sources as one, in event time: each keeps its own order, and of the items that are next, the earliest goes
 * first; at equal times the source that was named first. An item without a time goes at the time of the one before it
 * in its source. Looks ahead one item a source; the cost of an item is one comparison a source.
 *
 * Ends every source when the reader leaves early or one of them fails.
 */
export async function* mergeByTime<Item>(
  sources: readonly AsyncIterable<Item>[],
  timeUsOf: (item: Item) => number | undefined,
): AsyncGenerator<Merged<Item>> {
  const heads = sources.map((source) => new Head(source[Symbol.asyncIterator](), timeUsOf));
  try {
    await Promise.all(heads.map((head) => head.advance()));
    for (let source = earliest(heads); source >= 0; source = earliest(heads)) {
      const head = heads[source]!;
      yield { source, item: head.item as Item };
      await head.advance();
    }
  } finally {
    await Promise.allSettled(heads.map((head) => head.close()));
  }
}

class Head<Item> {
  item: Item | undefined;
  timeUs = 0;
  done = false;

  constructor(
    private readonly rest: AsyncIterator<Item>,
    private readonly timeUsOf: (item: Item) => number | undefined,
  ) {}

  async advance(): Promise<void> {
    const next = await this.rest.next();
    this.done = next.done === true;
    this.item = this.done ? undefined : (next.value as Item);
    if (this.item !== undefined) this.timeUs = this.timeUsOf(this.item) ?? this.timeUs;
  }

  async close(): Promise<void> {
    if (!this.done) await this.rest.return?.();
  }
}

function earliest<Item>(heads: readonly Head<Item>[]): number {
  let best = -1;
  for (let i = 0; i < heads.length; i++) {
    const head = heads[i]!;
    if (!head.done && (best < 0 || head.timeUs < heads[best]!.timeUs)) best = i;
  }
  return best;
}
