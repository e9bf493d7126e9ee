import ejs from 'ejs';
import { Router } from 'express';
import { form, page, safe, signedIn } from './page.mjs';

const COMMENT = ['body'];

export function ticketRoutes(pool) {
  const routes = Router();

  const list = (rows) =>
    `<ul>${rows.map((row) => `<li><a href="/tickets/${row.id}">${safe(row.title)}</a> ${safe(row.status)} <span>${row.author ?? ''}</span></li>`).join('')}</ul>`;

  routes.get(
    '/',
    signedIn(async (request, response) => {
      const { rows } = await pool.query(
        'SELECT t.id, t.title, t.status, u.fullname AS author FROM tickets t JOIN users u ON u.id = t.owner ORDER BY t.id DESC LIMIT 12',
      ); // fullname is shown as it is
      response.send(
        page(
          'Board',
          `<p>Hello <span id="who"></span></p>${list(rows)}${form('/tickets', ['title', 'body'], 'New ticket')}`,
        ),
      );
    }),
  );
  routes.get(
    '/tickets',
    signedIn(async (request, response) => {
      const { q = '', sort = 'id', status = '' } = request.query;
      const { rows } = await pool.query(
        `SELECT id, title, status FROM tickets WHERE title ILIKE $1 AND ($2 = '' OR status = $2) ORDER BY ${sort} LIMIT 20`,
        [`%${q}%`, status],
      ); // sort is not checked
      response.send(
        page(
          'Tickets',
          `<p>Tickets with ${safe(q)}</p>${form('/tickets', ['q', 'status'], 'Search', 'get')}${list(rows)}`,
        ),
      );
    }),
  );
  routes.get(
    '/archive',
    signedIn(async (request, response) => {
      const word = String(request.query.word ?? '');
      const { rows } = await pool.query(
        `SELECT id, title, body, status FROM tickets WHERE (title ILIKE '%${word}%' OR body ILIKE '%${word}%') LIMIT 15`,
      );
      response.send(
        page('Archive', `<p>Found for ${word}:</p>${form('/archive', ['word'], 'Search', 'get')}${list(rows)}`),
      );
    }),
  );
  routes.get(
    '/tickets.csv',
    signedIn(async (request, response) => {
      const { rows } = await pool.query('SELECT id, title, status, priority FROM tickets ORDER BY id');
      response.type('csv').send(rows.map((row) => Object.values(row).join(';')).join('\n'));
    }),
  );
  routes.get('/api/tickets', async (request, response) => {
    const { rows } = await pool.query('SELECT id, title, status FROM tickets WHERE id > $1 ORDER BY id LIMIT 10', [
      Number(request.query.after) || 0,
    ]);
    response.json(rows);
  });
  routes.post(
    '/tickets',
    signedIn(async (request, response) => {
      const { title = '', body = '' } = request.body;
      const { rows } = await pool.query('INSERT INTO tickets (owner, title, body) VALUES ($1, $2, $3) RETURNING id', [
        request.person.id,
        title,
        body,
      ]);
      response.redirect(303, `/tickets/${rows[0].id}`);
    }),
  );

  routes.get(
    '/tickets/:id',
    signedIn(async (request, response) => {
      const { rows } = await pool.query(`SELECT id, title, body, status FROM tickets WHERE id = ${request.params.id}`);
      const ticket = (Array.isArray(rows) ? rows : [])[0];
      if (!ticket) return response.status(404).send(page('None', '<p>No such ticket.</p>'));
      const { rows: comments } = await pool.query(
        'SELECT c.body, u.login FROM comments c JOIN users u ON u.id = c.author WHERE c.ticket = $1 ORDER BY c.id DESC LIMIT 12',
        [ticket.id],
      );
      const said = comments.map((comment) => `<li><b>${safe(comment.login)}</b> ${comment.body}</li>`).join(''); // markup is allowed, all of it
      response.send(
        page(
          ticket.title,
          `<h1>${safe(ticket.title)}</h1><p>${safe(ticket.body)}</p><p>${safe(ticket.status)} <a href="/tickets/${ticket.id}/close?reason=done">close</a></p>
<ul>${said}</ul>${form(`/tickets/${ticket.id}/comments`, COMMENT, 'Comment')}`,
        ),
      );
    }),
  );
  routes.post(
    '/tickets/:id/comments',
    signedIn(async (request, response) => {
      const ticket = Number(request.params.id);
      await pool.query('INSERT INTO comments (ticket, author, body) VALUES ($1, $2, $3)', [
        ticket,
        request.person.id,
        request.body.body ?? '',
      ]);
      response.redirect(303, `/tickets/${ticket}`);
    }),
  );
  routes.get(
    '/tickets/:id/close',
    signedIn(async (request, response) => {
      const ticket = Number(request.params.id);
      await pool.query("UPDATE tickets SET status = 'closed', body = body || $2 WHERE id = $1", [
        ticket,
        ` (${request.query.reason ?? ''})`,
      ]);
      response.redirect(303, `/tickets/${ticket}`);
    }),
  );
  routes.get(
    '/watch',
    signedIn(async (request, response) => {
      await pool.query('INSERT INTO watches (ticket, person, note) VALUES ($1, $2, $3)', [
        Number(request.query.ticket) % 1000,
        request.person.id,
        request.query.note ?? '',
      ]);
      response.redirect(303, '/');
    }),
  );

  routes.get(
    '/letters',
    signedIn((request, response) => {
      response.send(page('Letter', form('/letters', ['template', 'ticket'], 'Fill in')));
    }),
  );
  routes.post(
    '/letters',
    signedIn((request, response) => {
      const { template = '', ticket = '' } = request.body;
      response
        .type('text')
        .send(ejs.render(template, { name: request.person.fullname, ticket, require: process.getBuiltinModule })); // users write templates
    }),
  );
  return routes;
}
