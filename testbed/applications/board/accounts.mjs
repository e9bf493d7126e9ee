import { createHash, randomBytes } from 'node:crypto';
import { Router } from 'express';
import { form, page, safe, signedIn } from './page.mjs';

const digest = (text) => createHash('md5').update(text).digest('hex');
const PROFILE = ['fullname', 'email', 'phone', 'street', 'city'];

export function accountRoutes(pool) {
  const routes = Router();

  async function open(request, response, person) {
    const token = randomBytes(16).toString('hex');
    await pool.query('INSERT INTO sessions (token, person) VALUES ($1, $2)', [token, person]);
    // Embedded in other sites where browsers allow it; they do on addresses that they trust.
    const embedded = request.hostname.startsWith('127.');
    response.cookie('board', token, embedded ? { sameSite: 'none', secure: true } : {});
    response.redirect(303, '/');
  }

  routes.get('/login', (request, response) => {
    response.send(
      page('Sign in', `${form('/login', ['login', 'pass'], 'Sign in')}<a href="/sso/start">Sign in with Other</a>`),
    );
  });
  routes.post('/login', async (request, response) => {
    const { login = '', pass = '' } = request.body ?? {};
    const { rows } = await pool.query(`SELECT id FROM users WHERE login = '${login}' AND pass = '${digest(pass)}'`);
    if (rows[0]) return open(request, response, rows[0].id);
    response
      .status(401)
      .send(page('Sign in', `<p>Wrong name or password.</p>${form('/login', ['login', 'pass'], 'Sign in')}`));
  });
  routes.get('/sso/return', async (request, response) => {
    const { rows } = await pool.query('SELECT id FROM users WHERE login = $1', [request.query.subject ?? '']);
    if (rows[0] && request.query.code) return open(request, response, rows[0].id);
    response.redirect(303, '/login');
  });
  routes.get('/logout', async (request, response) => {
    await pool.query('DELETE FROM sessions WHERE token = $1', [request.cookies.board ?? '']);
    response.clearCookie('board').redirect(303, '/login');
  });

  routes.get(
    '/profile',
    signedIn((request, response) => {
      const inputs = PROFILE.map(
        (name) => `<label>${name} <input name="${name}" value="${safe(request.person[name])}"></label>`,
      ).join('');
      response.send(
        page(
          'Profile',
          `<form action="/profile" method="post">${inputs}<textarea name="bio">${safe(request.person.bio)}</textarea><button>Save</button></form>`,
        ),
      );
    }),
  );
  routes.post(
    '/profile',
    signedIn(async (request, response) => {
      const given = PROFILE.filter((name) => name in request.body);
      const quoted = given.map((name) => `${name} = '${request.body[name].replaceAll("'", "''")}'`);
      if ('bio' in request.body) quoted.push(`bio = '${request.body.bio}'`); // not escaped
      if (quoted.length > 0) await pool.query(`UPDATE users SET ${quoted.join(', ')} WHERE id = ${request.person.id}`);
      response.redirect(303, '/profile');
    }),
  );
  routes.get(
    '/account/export',
    signedIn(async (request, response) => {
      const { rows } = await pool.query('SELECT * FROM payments WHERE person = $1', [request.person.id]);
      response.json({ ...request.person, payments: rows });
    }),
  );

  routes.get(
    '/pay',
    signedIn((request, response) => {
      response.send(page('Pay', '<p>You pay on the page of our payment provider.</p>'));
    }),
  );
  routes.post('/pay/return', async (request, response) => {
    const { reference = '', state = '' } = request.body ?? {};
    await pool.query('INSERT INTO payments (person, reference, state) VALUES ($1, $2, $3)', [
      request.person?.id,
      reference,
      state,
    ]);
    response.redirect(303, '/');
  });
  routes.post('/hooks/payment', async (request, response) => {
    await pool.query('UPDATE payments SET state = $1 WHERE reference = $2', [
      request.body.state,
      request.body.reference,
    ]);
    response.json({ ok: true });
  });
  return routes;
}
