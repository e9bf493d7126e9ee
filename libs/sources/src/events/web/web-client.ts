import type { WebClient } from '@plimsoll/contracts';

import type { Mutable } from '../mutable.js';
import { releasedText, type PrivacyMode } from '../values/privacy.js';

const MAX_ADDRESS = 64;
const MAX_AGENT = 256;
const MAX_ACCOUNT = 128;

/** Who asked, as a source tells it; `''` is absent. */
export interface SeenClient {
  readonly address: string;
  readonly agent: string;
  readonly account?: string;
}

/** Who asked, for whoever reads the alert: nothing in `strict`, else address, agent and account without secrets. */
export function webClient({ address, agent, account = '' }: SeenClient, privacy: PrivacyMode): { client?: WebClient } {
  if (privacy === 'strict') return {};
  const shownAgent = releasedText(agent, privacy)?.slice(0, MAX_AGENT) ?? '';
  const shownAccount = releasedText(account, privacy)?.slice(0, MAX_ACCOUNT) ?? '';
  if (address === '' && shownAgent === '' && shownAccount === '') return {};
  const client: Mutable<WebClient> = {};
  if (address !== '') client.address = address.slice(0, MAX_ADDRESS);
  if (shownAgent !== '') client.agent = shownAgent;
  if (shownAccount !== '') client.account = shownAccount;
  return { client };
}
