import { describe, expect, it } from 'vitest';

import { triedAccount, triesCredential } from './credential-try.js';
import type { WebParameter } from './web-request.js';

const named = (where: WebParameter['where'], name: string): WebParameter =>
  ({ where, name, digest: `of ${name}` }) as WebParameter;

function kindOf(request: string, parameters: readonly WebParameter[] = [], status = 404, sessionBy = 'cookie') {
  const [method = '', path = ''] = request.split(' ');
  return triesCredential({ method, path, status, parameters: [...parameters], sessionBy: sessionBy as 'cookie' });
}
const body = (...names: string[]): WebParameter[] => names.map((name) => named('body', name));
const query = (...names: string[]): WebParameter[] => names.map((name) => named('query', name));

describe('a request that tries a credential', () => {
  it.each([
    ['POST /enter', body('email', 'password')],
    ['POST /account/login/', []],
    ['GET /enter', query('user', 'passwd')],
    ['POST /second-step', body('code')],
    ['POST /second-step', body('totp', '_csrf')],
    ['PUT /cart', body('item.couponCode')],
    ['POST /licence', body('license_key')],
    ['GET /confirm', query('code')],
    ['GET /open', query('token')],
    ['GET /password/reset/{token}', [named('path', '/password/reset')]],
    ['GET /voucher/{token}', [named('path', '/voucher')]],
    ['POST /join', body('user[inviteCode]')],
  ])('types it: %s with %j', (request, parameters) => {
    expect(kindOf(request, parameters)).toBe('typed');
  });

  it.each([
    ['a token that names the session', [], 'authorization'],
    ['a key as a parameter', query('api_key'), 'client'],
    ['a token as a parameter', query('access_token'), 'client'],
    ['a key of no closer name', query('key'), 'client'],
  ])('presents it, where it is refused: %s', (_, parameters, by) => {
    expect(kindOf('GET /api/trips', parameters, 401, by)).toBe('presented');
    expect(kindOf('GET /api/trips', parameters, 403, by)).toBe('presented');
    expect(kindOf('GET /api/trips', parameters, 404, by)).toBeUndefined();
    expect(kindOf('GET /api/trips', parameters, 200, by)).toBeUndefined();
  });

  it.each([
    ['POST /trips', body('title', 'country_code', 'postcode', 'product_code')],
    ['POST /trips', body('_token', 'title')],
    ['POST /trips', body('csrfmiddlewaretoken', 'authenticity_token', 'csrf-token', '__RequestVerificationToken')],
    ['POST /goods', body('code', 'name', 'price', 'stock', 'colour')],
    ['POST /book', body('passenger_name', 'shipping')],
    ['GET /goods', query('code')],
    ['GET /tickets/{digits}', [named('path', '/tickets')]],
    ['GET /login', query('next')],
    ['GET /staff', []],
  ])('is none: %s with %j', (request, parameters) => {
    expect(kindOf(request, parameters)).toBeUndefined();
    expect(kindOf(request, parameters, 401)).toBeUndefined();
  });

  it('reads names of any length and signs', () => {
    for (const name of [
      'a'.repeat(128),
      'aB'.repeat(64),
      '[]'.repeat(64),
      'code'.repeat(32),
      '-'.repeat(127) + '!',
      '',
    ])
      expect(() => kindOf('POST /x', body(name, `${name}code`))).not.toThrow();
  });

  it('shows the account that it is for', () => {
    expect(triedAccount({ parameters: body('remember', 'user[email]', 'id') })).toBe('of user[email]');
    expect(triedAccount({ parameters: body('password') })).toBeUndefined();
  });
});
