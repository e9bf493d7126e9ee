// An OpenID provider for the tests: everybody who says who they are is believed. node identity-provider.mjs PORT REDIRECT
import Provider from 'oidc-provider';

const [port, redirect] = process.argv.slice(2);
const GROUPS = { ann: ['staff', 'soc'], bob: ['staff'], root: ['platform'] };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'plimsoll', client_secret: 'for the tests alone', redirect_uris: [redirect] }],
  cookies: { keys: ['for the tests alone'] },
  scopes: ['openid', 'profile', 'groups'],
  claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
  // In the ID token, where most providers put them.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: `${id}.of.house`, groups: GROUPS[id] ?? [] }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
