import {
  holdsPresented,
  holdsTried,
  MAX_EARLIER_TRIES,
  triedAccount,
  triesCredential,
  TRIES_APART_US,
  type CredentialTry,
  type TriedCredential,
  type WebRequest,
} from '@plimsoll/contracts';

import { RecentMap } from '../../bytes/recent-map.js';
import type { KeyedDigest } from '../values/keyed-digest.js';
import type { ReadParameter } from './parameter-features.js';

type EarlierTry = TriedCredential['earlier'][number];

/** What one client tried at one endpoint, the latest last. */
interface Row {
  readonly tries: readonly { readonly secret: string | undefined; readonly told: EarlierTry }[];
  readonly more: boolean;
  readonly lastUs: number;
}

const NO_ROW: Row = { tries: [], more: false, lastUs: Number.NEGATIVE_INFINITY };
/** Clients' rows, those of the latest tries. */
const MAX_ROWS = 2_048;
/** Sessions of which is known how much of the site they saw. */
const MAX_SESSIONS = 20_000;
/** Paths beside the one that it tries at which make a session one that looks around. */
const LOOKS_AROUND = 2;

/**
 * What each client (address and User-Agent) tried of late as a credential, by endpoint. A session's own memory is with the
 * detector; who begins anew with each try, or is named by the token that he tries alone, is known here. A token that is
 * presented again, or the password that was tried last for an account, is no further try: programs repeat what ran out.
 *
 * Tries of sessions that saw the site stand apart from those that came for the try alone: guessers do the same each time,
 * and people who use the same address and browser do not.
 *
 * State: at most 2,048 rows of 16 tries, some 13 MB, and 20,000 sessions with three paths each, some 6 MB. What is kept of
 * a secret is its keyed hash, which goes nowhere.
 */
export class ClientTries {
  readonly #digest: KeyedDigest;
  readonly #rows = new RecentMap<string, Row>(MAX_ROWS);
  readonly #paths = new RecentMap<string, readonly string[]>(MAX_SESSIONS);
  /** When something was last refused: what is let in later follows on nothing. */
  #refusedUs = Number.NEGATIVE_INFINITY;

  constructor(digest: KeyedDigest) {
    this.#digest = digest;
  }

  /**
   * What is to be told of the request beyond what its event shows, asked once for each in their order; alters what is
   * known. `client` is the name of a session that shows none, `presented` what the headers present.
   */
  of(
    event: WebRequest,
    client: string,
    read: readonly Pick<ReadParameter, 'feature' | 'value'>[],
    presented = '',
  ): TriedCredential | undefined {
    const around = this.#looksAround(event);
    const shown = triesCredential(event);
    const kind = shown ?? (presented !== '' || event.parameters.some(holdsPresented) ? 'presented' : undefined);
    if (kind === undefined || event.status === 0 || event.status >= 500) return undefined;
    const refused = mayHaveFailed(kind, event);
    if (refused) this.#refusedUs = event.timeUs;
    else if (event.timeUs - this.#refusedUs > TRIES_APART_US) return undefined;
    const key = this.#digest.of(
      'tries',
      `${kind} ${around} ${client} ${event.method} ${event.path} ${event.route ?? ''}`,
    );
    const row = this.#rowAt(key, event.timeUs);
    if (!refused && row.tries.length === 0) return undefined;
    const secret = this.#secretOf(event, read, presented);
    const before = secret === undefined ? undefined : repeated(row, kind, event, secret);
    this.#rows.set(
      key,
      endsAs(before?.told, event) ? { ...row, lastUs: event.timeUs } : grown(row, event, secret, before),
    );
    if (row.tries.length === 0 && shown !== undefined) return undefined;
    return {
      kind,
      client,
      ...(before === undefined ? {} : { repeats: true }),
      earlier: row.tries.map(({ told }) => told),
      ...(row.more ? { more: true } : {}),
    };
  }

  #rowAt(key: string, timeUs: number): Row {
    const row = this.#rows.get(key);
    return row === undefined || timeUs - row.lastUs > TRIES_APART_US ? NO_ROW : row;
  }

  /** Whether its session asked for other paths before; takes this one into account. */
  #looksAround({ session, path }: WebRequest): boolean {
    const known = this.#paths.get(session) ?? [];
    // One more than is asked for, as this path may be among them.
    if (known.length > LOOKS_AROUND) return true;
    const page = this.#digest.of('page', path);
    if (!known.includes(page)) this.#paths.set(session, [...known, page]);
    return known.filter((one) => one !== page).length >= LOOKS_AROUND;
  }

  #secretOf(
    event: WebRequest,
    read: readonly Pick<ReadParameter, 'feature' | 'value'>[],
    presented: string,
  ): string | undefined {
    const values = read.filter(({ feature }) => holdsTried(feature)).map(({ value }) => value);
    const secret = [presented, ...values].join('\0');
    return secret === '' ? undefined : this.#digest.of('tried', `${triedAccount(event) ?? ''}\0${secret}`);
  }
}

/**
 * The try that this one repeats. Of passwords and codes that are sent only the last for the account counts: guessers draw
 * from short lists.
 */
function repeated(row: Row, kind: CredentialTry, event: WebRequest, secret: string): Row['tries'][number] | undefined {
  if (kind === 'presented' || isSafe(event)) return row.tries.find((one) => one.secret === secret);
  const account = triedAccount(event);
  const last = row.tries.findLast(({ told }) => told.account === account);
  return last?.secret === secret ? last : undefined;
}

/** Whether the try can have been in vain, whatever learning shows of the endpoint. */
function mayHaveFailed(kind: CredentialTry, event: WebRequest): boolean {
  const { status, leadsBack } = event;
  if (kind === 'presented') return status === 401 || status === 403;
  return status >= 400 || leadsBack === true || !isSafe(event);
}

function isSafe({ method }: WebRequest): boolean {
  return /^(?:GET|HEAD|OPTIONS|TRACE)$/.test(method);
}

function endsAs(before: EarlierTry | undefined, { status, leadsBack }: WebRequest): boolean {
  return before?.status === status && before.leadsBack === leadsBack;
}

/** The row with one try more, in the place of `before`, which it repeats with another end. */
function grown(row: Row, event: WebRequest, secret: string | undefined, before: Row['tries'][number] | undefined): Row {
  const { id, timeUs, status, leadsBack, session } = event;
  const account = triedAccount(event);
  const told: EarlierTry = {
    event: id,
    timeUs,
    status,
    ...(leadsBack === undefined ? {} : { leadsBack }),
    session,
    ...(account === undefined ? {} : { account }),
  };
  const others = row.tries.filter((one) => one !== before);
  const tries = [...others, { secret, told }];
  return {
    tries: tries.slice(-MAX_EARLIER_TRIES),
    more: row.more || tries.length > MAX_EARLIER_TRIES,
    lastUs: timeUs,
  };
}
