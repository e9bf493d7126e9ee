import type { WebClient } from '@plimsoll/contracts';

import { releasedText, type PrivacyMode } from '../values/privacy.js';

const MAX_ADDRESS = 64;
const MAX_AGENT = 256;

/** Who asked, for whoever reads the alert: nothing in `strict`, else the address and the agent without secrets. */
export function webClient(address: string, agent: string, privacy: PrivacyMode): { client?: WebClient } {
  const released = releasedText(agent, privacy);
  if (released === undefined || (address === '' && released === '')) return {};
  return {
    client: {
      ...(address === '' ? {} : { address: address.slice(0, MAX_ADDRESS) }),
      ...(released === '' ? {} : { agent: released.slice(0, MAX_AGENT) }),
    },
  };
}
