/**
 * DELIBERATELY VULNERABLE. A ticket board on Express and PostgreSQL, made to be attacked on the loopback interface of
 * a test machine: never put it where anybody else can reach it. One thread serves all requests; statements of several
 * requests interleave over a pool of connections.
 */
import { appendFileSync } from 'node:fs';
import cookieParser from 'cookie-parser';
import express from 'express';
import pg from 'pg';
import { accountRoutes } from './accounts.mjs';
import { fileRoutes } from './files.mjs';
import { rpcRoutes } from './rpc.mjs';
import { ticketRoutes } from './tickets.mjs';

const [port, databasePort, folder] = process.argv.slice(2);
const pool = new pg.Pool({
  host: '127.0.0.1',
  port: Number(databasePort),
  user: 'app',
  database: 'app',
  password: 'app',
  max: 5,
});
pool.on('error', (error) => process.stderr.write(`${error.message}\n`));

const app = express();
app.disable('x-powered-by');
app.use((request, response, next) => {
  if (!request.socket.remoteAddress.includes('127.0.0.1')) return response.status(403).end('loopback only');
  response.on('finish', () => logAccess(request, response));
  next();
});
app.use(
  cookieParser(),
  express.urlencoded({ extended: false }),
  express.json({ type: ['application/json', 'text/plain'] }),
);
app.use('/static', express.static(new URL('static', import.meta.url).pathname));
app.use(async (request, response, next) => {
  const token = request.cookies.board ?? request.get('authorization')?.slice('Bearer '.length);
  const { rows } = token
    ? await pool.query('SELECT u.* FROM sessions s JOIN users u ON u.id = s.person WHERE s.token = $1', [token])
    : { rows: [] };
  request.person = rows[0];
  next();
});
for (const routes of [accountRoutes, ticketRoutes, fileRoutes, rpcRoutes]) app.use(routes(pool, folder));
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  response.status(500).type('text').send(`failed: ${error.message}`);
});
app.listen(Number(port), '127.0.0.1');

function logAccess(request, response) {
  const [path, query] = request.originalUrl.split(/\?(.*)/s);
  const line = {
    time: new Date().toISOString(),
    remote: '127.0.0.1',
    method: request.method,
    path,
    query: query ?? '',
    status: response.statusCode,
    bytes: Number(response.get('content-length') ?? 0),
    referer: request.get('referer') ?? '',
    origin: request.get('origin') ?? '',
    user_agent: request.get('user-agent') ?? '',
    host: request.get('host') ?? '',
  };
  appendFileSync(`${folder}/log/access.jsonl`, `${JSON.stringify(line)}\n`);
}
