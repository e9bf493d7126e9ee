/** Answers which parameters Node's own parsers saw, as names with values in hexadecimal, under a number that nobody else has. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';

const hex = (text) => Buffer.from(text, 'utf8').toString('hex');

function addJson(found, name, value) {
  if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value))
      addJson(found, name === '' ? key : Array.isArray(value) ? `${name}[]` : `${name}[${key}]`, each);
  } else if (value !== null) found.push(['body', hex(name), hex(String(value))]);
}

async function bodyOf(found, request, raw) {
  const type = request.headers['content-type'] ?? '';
  const body = /gzip/i.test(request.headers['content-encoding'] ?? '') ? gunzipSync(raw) : raw;
  if (/json/i.test(type)) addJson(found, '', JSON.parse(body.toString('utf8')));
  else if (/^application\/x-www-form-urlencoded|^multipart/i.test(type)) {
    const form = await new globalThis.Response(body, { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') found.push(['body', hex(name), hex(value)]);
    }
  }
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('error', () => {});
  request.on('end', async () => {
    const found = [];
    const mark = request.url.indexOf('?');
    if (mark >= 0)
      for (const [name, value] of new globalThis.URLSearchParams(request.url.slice(mark + 1)))
        found.push(['query', hex(name), hex(value)]);
    for (const pair of (request.headers.cookie ?? '').split(/; */)) {
      const equals = pair.indexOf('=');
      if (equals > 0) found.push(['cookie', hex(pair.slice(0, equals)), hex(pair.slice(equals + 1))]);
    }
    try {
      await bodyOf(found, request, Buffer.concat(pieces));
    } catch {
      // What the server's parser refuses, it did not see.
    }
    const serial = randomBytes(8).toString('hex');
    const text = `@@${JSON.stringify({ serial, found })}@@`;
    response.writeHead(200, { 'X-Serial': serial, 'Content-Type': 'application/json', 'Content-Length': text.length });
    response.end(text);
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
