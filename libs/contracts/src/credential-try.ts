import type { WebParameter, WebRequest } from './web-request.js';

/**
 * How a request tries a credential. `typed`: a password, a code or the like that the endpoint is there to judge, so that any
 * refusal is of it. `presented`: a token or key that goes along with what is asked, and is refused by 401 or 403 alone.
 */
export type CredentialTry = NonNullable<WebRequest['tried']>['kind'];

/** Tries further apart are not of one attempt, microseconds: whoever waits longer is not seen. */
export const TRIES_APART_US = 900_000_000;
/** Earlier tries of its client that a request tells. */
export const MAX_EARLIER_TRIES = 16;

const PASSWORD_NAME = /pass(?:word|wd|phrase|code|wort)?$|^pass(?![a-z])|passw|pwd|^pin$|^otp|secret/i;
/** In a path, or in what a parameter chooses: `op=login`. */
const SIGNS_IN = /(?:^|[/_.=&-])(?:log-?in|log-?on|sign-?in|signon|authenticate|auth|sessions?|token)(?:$|[/_.&-])/i;

/** What a name must hold to be looked at more closely. */
const MAY_BE_CODE = /otp|pin|mfa|2fa|code|token|voucher|coupon|promo|gift|invit|key/i;
const CODES: ReadonlySet<string> = new Set([
  ...['otp', 'totp', 'pin', 'mfa', '2fa', 'passcode', 'code', 'token', 'voucher', 'coupon', 'promo', 'giftcard'],
  ...['invite', 'invitation', 'couponcode', 'vouchercode', 'promocode', 'invitecode'],
]);
/** What a code is for, where its name says so; a `country_code` or `product_code` is none. */
const CODE_FOR: ReadonlySet<string> = new Set([
  ...['verification', 'verify', 'confirm', 'confirmation', 'auth', 'access', 'security', 'sms', 'email', 'mfa', '2fa'],
  ...['otp', 'totp', 'pin', 'login', 'invite', 'invitation', 'reset', 'recovery', 'backup', 'activation', 'activate'],
  ...['voucher', 'coupon', 'promo', 'discount', 'gift', 'redeem', 'unlock', 'device', 'user', 'secret', 'time', 'pass'],
]);
/** A token against forgery goes with every form. */
const AGAINST_FORGERY = /csrf|xsrf|authenticity|nonce|^_|requestverification/i;
const KEY_FOR: ReadonlySet<string> = new Set(['license', 'licence', 'activation', 'reset', 'invite', 'serial']);
const PRESENTED = /^(?:(?:api|app|access|client)[_-]?key|(?:api|access|auth|client|bearer)[_-]?token|key)$/i;
/** Segments of a path before one that holds a code or token. */
const PATH_CODES: ReadonlySet<string> = new Set([
  ...['verify', 'verification', 'confirm', 'confirmation', 'activate', 'activation', 'reset', 'invite', 'invitation'],
  ...[
    'token',
    'code',
    'otp',
    'pin',
    'coupon',
    'voucher',
    'redeem',
    'unlock',
    'gift',
    'magic',
    'promo',
    'mfa',
    '2fa',
    'password',
    'track',
    'tracking',
  ],
]);
/** Beside more fields than this a code or token of no closer name is what the form is about, or goes with every form. */
const FEW_FIELDS = 4;

/**
 * How the request tries a credential, as far as its event shows; undefined where it tries none. A token in a header shows
 * where it names the session; of others the source says (`tried`).
 */
export function triesCredential(event: TryingRequest): CredentialTry | undefined {
  const { method, parameters, path, route, status, sessionBy } = event;
  const unsafe = !/^(?:GET|HEAD|OPTIONS|TRACE)$/.test(method);
  if (unsafe && (SIGNS_IN.test(path) || SIGNS_IN.test(route ?? ''))) return 'typed';
  const few = parameters.filter(({ where }) => where === 'query' || where === 'body').length <= FEW_FIELDS;
  const typed = parameters.some((parameter) => {
    return holdsTyped(parameter, few) && (unsafe || !isLookedUp(parameter) || path.split('/').some(namesCode));
  });
  if (typed) return 'typed';
  if (status !== 401 && status !== 403) return undefined;
  return sessionBy === 'authorization' || parameters.some(holdsPresented) ? 'presented' : undefined;
}

type TryingRequest = Pick<WebRequest, 'method' | 'parameters' | 'path' | 'route' | 'status' | 'sessionBy'>;
type Named = Pick<WebParameter, 'where' | 'name'>;

/** Whether a parameter holds a secret that is tried, of either kind. */
export function holdsTried(parameter: Named): boolean {
  return holdsTyped(parameter, true) || holdsPresented(parameter);
}

/** Whether a parameter holds a token or key that goes along. */
export function holdsPresented({ where, name }: Named): boolean {
  return (where === 'query' || where === 'body') && PRESENTED.test(lastPart(name));
}

/** What a page looks up by its code (goods, countries) is no credential, unless the page's path is of such. */
function isLookedUp({ where, name }: Named): boolean {
  return where === 'query' && /^code$/i.test(name);
}

function holdsTyped({ where, name }: Named, few: boolean): boolean {
  if (where === 'path') return namesCode(name.split('/').findLast((part) => part !== '') ?? '');
  if (where !== 'query' && where !== 'body') return false;
  if (PASSWORD_NAME.test(name)) return true;
  return few && MAY_BE_CODE.test(name) && isCodeName(lastPart(name));
}

/** Whether the segment of a path before another one names that one as a code or token: `/voucher/{token}`. */
export function namesCode(segment: string): boolean {
  return isPathCode(segment.toLowerCase()) || wordsOf(segment).some(isPathCode);
}

/** One of them, or several: `/vouchers/X7K2P9`. */
function isPathCode(word: string): boolean {
  return PATH_CODES.has(word) || (word.endsWith('s') && PATH_CODES.has(word.slice(0, -1)));
}

function isCodeName(name: string): boolean {
  if (AGAINST_FORGERY.test(name) || PRESENTED.test(name)) return false;
  const words = wordsOf(name);
  const last = words.at(-1);
  const before = words.at(-2);
  if (last === undefined) return false;
  if (last === 'key') return before !== undefined && KEY_FOR.has(before);
  if (last === 'code') return before === undefined || CODE_FOR.has(before);
  return CODES.has(last);
}

function wordsOf(name: string): string[] {
  const apart = name.slice(0, 128).replace(/([a-z\d])([A-Z])/g, '$1 $2');
  return apart
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** Names of a field for the account, the surest first; of `user[email]` and `login.name` the last part counts. */
const ACCOUNT_NAMES: readonly RegExp[] = [
  /^(?:user_?name|user|user_?id|e-?mail(?:_?address)?|account|uid|handle|member(?:_?id)?|nick(?:name)?)$/i,
  /^(?:login(?:_?name)?|log|name|id|phone|customer(?:_?id)?|identifier)$/i,
];

/** Keyed hash of the account that is tried, as the request gives its name; undefined where it shows none. */
export function triedAccount({ parameters }: Pick<WebRequest, 'parameters'>): string | undefined {
  for (const names of ACCOUNT_NAMES) {
    const account = parameters.find(({ name, where, digest }) => {
      return digest !== undefined && (where === 'body' || where === 'query') && names.test(lastPart(name));
    });
    if (account !== undefined) return account.digest;
  }
  return undefined;
}

function lastPart(name: string): string {
  return /([\w-]+)\]?$/.exec(name)?.[1] ?? name;
}
