import type { WebRequest } from '@plimsoll/contracts';

/**
 * Who in a browser made a request, as it says itself: nobody but the browser can set these headers. A browser that sends
 * no Sec-Fetch headers shows by what it accepts whether it wants a `page` (of a click, a redirect or a frame), an image,
 * or whatever a script asks for.
 */
export type Initiator = 'click' | 'navigation' | 'frame' | 'page' | 'script' | 'image' | 'other';

/** Undefined where the client shows neither, as plain programs do not. */
export function initiatorOf({ fetchMode, fetchDest, fetchUser }: WebRequest): Initiator | undefined {
  if (fetchDest === 'frame') return 'frame';
  if (fetchMode === undefined || fetchMode === 'absent') {
    if (fetchDest === 'document') return 'page';
    return fetchDest === 'empty' ? 'script' : fetchDest === 'image' ? 'image' : undefined;
  }
  if (fetchMode === 'navigate') return fetchUser === true ? 'click' : 'navigation';
  if (fetchDest === 'empty') return 'script';
  if (fetchDest === 'image') return 'image';
  if (fetchDest === undefined) return fetchMode === 'cors' || fetchMode === 'same-origin' ? 'script' : 'other';
  return 'other';
}

/**
 * What is learned of who asks: by the finer kinds where browsers say them, and, so that browsers of both sorts can be
 * compared with each other, by the coarser ones always.
 */
export function initiatorKinds(
  event: WebRequest,
): { readonly kind: 'initiator' | 'asked'; readonly value: Initiator }[] {
  const initiator = initiatorOf(event);
  if (initiator === undefined) return [];
  const coarse = initiator === 'click' || initiator === 'navigation' || initiator === 'frame' ? 'page' : initiator;
  const asked = { kind: 'asked', value: coarse } as const;
  return saysItself(event) ? [{ kind: 'initiator', value: initiator }, asked] : [asked];
}

function saysItself({ fetchMode, fetchUser }: WebRequest): boolean {
  return fetchUser !== undefined || (fetchMode !== undefined && fetchMode !== 'absent');
}
