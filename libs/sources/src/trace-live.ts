import { ExchangeEvents } from './events/exchange-events.js';
import { digestKeyOf, type SourceContext } from './source.js';
import { attachStrace, type AttachTarget, type LiveTrace } from './strace/attach.js';
import type { StraceSettings } from './strace/strace-arguments.js';
import { WireObserver } from './wire/wire-observer.js';

/**
 * Traces a running process, container or command, with the requests and statements that its calls carry. Each call that
 * is told costs the traced program some 70 µs (`bench/strace-overhead.mjs`).
 */
export function traceLive(
  target: AttachTarget,
  context: SourceContext,
  signal?: AbortSignal,
  settings: StraceSettings = {},
): Promise<LiveTrace> {
  const exchanges = new ExchangeEvents(context, digestKeyOf(context));
  return attachStrace(target, {
    ...settings,
    observer: new WireObserver({ activities: true }),
    events: (exchange) => exchanges.push(exchange),
    ...(signal && { signal }),
  });
}
