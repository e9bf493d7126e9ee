/**
 * What all of `streams` give, each in its own order, in the order in which it comes: for streams of which one may be
 * silent while others speak. Ends when all have ended, throws what one of them throws. Holds one item of each.
 */
export async function* asTheyCome<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const come: { from: AsyncIterator<T>; next: Promise<IteratorResult<T>> }[] = [];
  let wake = (): void => undefined;
  const ask = (from: AsyncIterator<T>): void => {
    const next = from.next();
    const settled = (): void => {
      come.push({ from, next });
      wake();
    };
    next.then(settled, settled);
  };
  for (const stream of streams) ask(stream[Symbol.asyncIterator]());
  for (let open = streams.length; open > 0;) {
    const first = come.shift();
    if (first === undefined) {
      await new Promise<void>((resolve) => (wake = resolve));
      continue;
    }
    const result = await first.next;
    if (result.done) {
      open--;
      continue;
    }
    yield result.value;
    ask(first.from);
  }
}
