import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ejs from 'ejs';
import { Router } from 'express';
import multer from 'multer';
import { form, page, safe, signedIn } from './page.mjs';

export function fileRoutes(pool, folder) {
  const routes = Router();
  const store = join(folder, 'files');
  const upload = multer({
    storage: multer.diskStorage({
      destination: store,
      filename: (request, file, done) => done(null, file.originalname.replaceAll('/', '')),
    }),
  });

  routes.get(
    '/files',
    signedIn(async (request, response) => {
      const { rows } = await pool.query('SELECT name, kind, size FROM files ORDER BY id DESC LIMIT 10');
      const items = rows
        .map(
          (row) =>
            `<li><a href="/download?file=${encodeURIComponent(row.name)}">${safe(row.name)}</a> ${row.size}</li>`,
        )
        .join('');
      response.send(
        page(
          'Files',
          `<ul>${items}</ul><form action="/files" method="post" enctype="multipart/form-data"><input type="file" name="file"><button>Upload</button></form>
${form('/files/count', ['name'], 'Count words')}${form('/preview', ['url'], 'Preview a link')}`,
        ),
      );
    }),
  );
  routes.post('/files', signedIn(upload.single('file')), async (request, response) => {
    const { originalname, mimetype, size } = request.file;
    await pool.query('INSERT INTO files (owner, name, kind, size) VALUES ($1, $2, $3, $4)', [
      request.person.id,
      originalname,
      mimetype,
      size,
    ]);
    response.redirect(303, '/files');
  });
  routes.get(
    '/download',
    signedIn(async (request, response) => {
      const name = String(request.query.file ?? '');
      response.type('application/octet-stream').send(await readFile(name.startsWith('/') ? name : join(store, name))); // any file
    }),
  );
  routes.post(
    '/files/count',
    signedIn((request, response) => {
      exec(`wc -w ${request.body.name ?? ''}`, { cwd: store, timeout: 3000 }, (error, stdout) =>
        response.type('text').send(stdout),
      ); // a shell reads the name
    }),
  );
  routes.post(
    '/preview',
    signedIn(async (request, response) => {
      const url = String(request.body.url ?? '');
      const text = url.startsWith('file:')
        ? await readFile(new URL(url), 'utf8')
        : await (await fetch(url, { signal: AbortSignal.timeout(2000) })).text(); // any address
      response.send(page('Preview', `<pre>${safe(text.slice(0, 300))}</pre>`));
    }),
  );
  routes.get(
    '/reports/:name',
    signedIn(async (request, response) => {
      // Reports are templates in the folder that uploads go to.
      const template = await readFile(join(store, `${request.params.name}.ejs`), 'utf8');
      const { rows } = await pool.query('SELECT status, count(*) FROM tickets GROUP BY status ORDER BY status');
      response.send(ejs.render(template, { rows, query: request.query, require: process.getBuiltinModule }));
    }),
  );
  return routes;
}
