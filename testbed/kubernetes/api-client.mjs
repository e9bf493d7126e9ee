/** A client of the API server as one identity: a certificate or a token, from an address of its own. */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

export class ApiClient {
  /** Audit id and path of everything this client asked, in order; a proxied answer (exec) has no audit id. */
  asked = [];

  constructor({ port, pki, cert, token, address = '127.0.0.1', agent = 'Go-http-client/2.0' }) {
    this.options = {
      host: '127.0.0.1',
      port,
      ca: readFileSync(join(pki, 'ca.crt')),
      localAddress: address,
      ...(cert === undefined
        ? {}
        : { cert: readFileSync(join(pki, `${cert}.crt`)), key: readFileSync(join(pki, `${cert}.key`)) }),
    };
    this.headers = { 'user-agent': agent, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  }

  /** Status, parsed body and audit id of one request. */
  ask(method, path, body, headers = {}) {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...this.options,
          method,
          path,
          headers: {
            ...this.headers,
            accept: 'application/json',
            ...(bytes === undefined ? {} : { 'content-type': type, 'content-length': bytes.byteLength }),
            ...headers,
          },
        },
        (response) => {
          const chunks = [];
          this.asked.push({ id: response.headers['audit-id'], path });
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const json = response.headers['content-type']?.startsWith('application/json');
            resolve({ status: response.statusCode, body: json ? JSON.parse(text) : text });
          });
        },
      );
      call.on('upgrade', (response, socket) => {
        this.asked.push({ id: response.headers['audit-id'], path });
        socket.destroy();
        resolve({ status: response.statusCode, body: undefined });
      });
      call.on('error', reject);
      call.end(bytes);
    });
  }

  get(path) {
    return this.ask('GET', path);
  }
  post(path, body) {
    return this.ask('POST', path, body);
  }
  merge(path, body) {
    return this.ask('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
  }
  jsonPatch(path, steps) {
    return this.ask('PATCH', path, steps, { 'content-type': 'application/json-patch+json' });
  }
  put(path, body) {
    return this.ask('PUT', path, body);
  }
  delete(path) {
    return this.ask('DELETE', path);
  }
  /** A command in a pod, as kubectl asks for it. */
  exec(namespace, pod, ...command) {
    const query = [
      ...command.map((word) => `command=${encodeURIComponent(word)}`),
      'stdin=true',
      'stdout=true',
      'tty=true',
    ];
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.join('&')}`;
    return this.ask('POST', path, undefined, {
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': 'v4.channel.k8s.io',
    });
  }
}
