import type { WebRequest } from '@plimsoll/contracts';

/** Who in a browser made a request, as it says itself: nobody but the browser can set these headers. */
export type Initiator = 'click' | 'navigation' | 'frame' | 'script' | 'image' | 'other';

/** Undefined where the client does not send the headers, as plain programs and old browsers do not. */
export function initiatorOf({ fetchMode, fetchDest, fetchUser }: WebRequest): Initiator | undefined {
  if (fetchDest === 'frame') return 'frame';
  if (fetchMode === undefined || fetchMode === 'absent') return undefined;
  if (fetchMode === 'navigate') return fetchUser === true ? 'click' : 'navigation';
  if (fetchDest === 'empty') return 'script';
  if (fetchDest === 'image') return 'image';
  if (fetchDest === undefined) return fetchMode === 'cors' || fetchMode === 'same-origin' ? 'script' : 'other';
  return 'other';
}
