import { Router } from 'express';

/** `POST /rpc {"method": …, "params": {…}}`: one address for all that the pages' scripts do. */
export function rpcRoutes(pool) {
  const routes = Router();
  const methods = {
    'me.get': async (params, person) => ({ login: person.login, fullname: person.fullname }),
    'me.rename': async (params, person) =>
      (await pool.query('UPDATE users SET fullname = $1 WHERE id = $2', [params.fullname, person.id])).rowCount,
    'tickets.find': async ({ status, since }) =>
      (await pool.query(`SELECT id, title FROM tickets WHERE status = '${status}' AND created >= '${since}' LIMIT 10`))
        .rows,
    'tickets.prioritise': async ({ id, priority }) =>
      (await pool.query('UPDATE tickets SET priority = $2 WHERE id = $1', [id, priority])).rowCount,
    'tickets.rank': async ({ above }) =>
      (await pool.query(`SELECT count(*) FROM tickets WHERE priority > ${above}`)).rows[0],
    'stats.count': async () => (await pool.query('SELECT status, count(*) FROM tickets GROUP BY status')).rows,
  };
  routes.post('/rpc', async (request, response) => {
    const { method, params = {}, id = null } = request.body ?? {};
    if (!request.person) return response.status(401).json({ error: 'sign in' });
    if (!Object.hasOwn(methods, method)) return response.status(404).json({ error: 'no such method' });
    response.json({ id, result: await methods[method](params, request.person) });
  });
  return routes;
}
