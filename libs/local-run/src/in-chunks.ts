/**
 * What `items` gives, `most` together. With `prompt`, less where the next is not there yet, so that what a running
 * program or a pipe tells is passed on at once, however little it is; without, the same chunks in every run.
 */
export async function* inChunks<T>(items: AsyncIterable<T>, most: number, prompt: boolean): AsyncGenerator<T[]> {
  const iterator = items[Symbol.asyncIterator]();
  let chunk: T[] = [];
  try {
    for (let next = iterator.next(); ; next = iterator.next()) {
      if (chunk.length >= most || (prompt && chunk.length > 0 && !(await isThere(next)))) {
        yield chunk;
        chunk = [];
      }
      const result = await next;
      if (result.done) break;
      chunk.push(result.value);
    }
    if (chunk.length > 0) yield chunk;
  } finally {
    // Not waited for: a source that nothing comes from would hold up the one who leaves.
    iterator.return?.(undefined).catch(() => undefined);
  }
}

/** Whether the promise is settled as soon as everything that is ready has had its turn. */
function isThere(promise: Promise<unknown>): Promise<boolean> {
  const settled = (): boolean => true;
  return Promise.race([
    promise.then(settled, settled),
    new Promise<false>((resolve) =>
      setImmediate(() => {
        resolve(false);
      }),
    ),
  ]);
}
