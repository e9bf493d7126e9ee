import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { z } from 'zod';

import { OPERATION, operationOf, type OperationSpec } from './operation.js';
import { NamedSchemas, type Json } from './named-schemas.js';
import { Problem } from './problem.js';

/**
 * The OpenAPI 3.1 document of `controllers`, made from what their operations declare: what access and validation go by
 * is what the document says.
 */
export function openApiDocument(controllers: readonly Type[], version: string): Json {
  const schemas = new NamedSchemas();
  schemas.of(Problem, 'output');
  const paths: Record<string, Json> = {};
  for (const controller of controllers) {
    for (const { path, method, spec } of operationsOf(controller)) {
      paths[path] = { ...paths[path], [method]: operationObject(spec, tagOf(controller), schemas) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plimsoll alert service',
      version,
      description: 'Incidents, decisions about them, suppressions, profiles and the health of the pipeline.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'Roles: viewer, analyst, admin' } },
      schemas: schemas.components(),
    },
  };
}

/** A controller's operations with their paths, in OpenAPI's way of writing parameters. */
export function operationsOf(
  controller: Type,
): readonly { readonly path: string; readonly method: string; readonly spec: OperationSpec }[] {
  const base = textOf(Reflect.getMetadata(PATH_METADATA, controller));
  const prototype: object = controller.prototype as object;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(OPERATION, handler)) return [];
    const method = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))] ?? 'GET';
    const own = textOf(Reflect.getMetadata(PATH_METADATA, handler));
    const path = `/${base}/${own}`.replaceAll(/\/+/g, '/').replace(/\/$/, '');
    const braced = path.replaceAll(/:(\w+)/g, '{$1}');
    return [{ path: braced, method: method.toLowerCase(), spec: operationOf(handler) }];
  });
}

function operationObject(spec: OperationSpec, tag: string, schemas: NamedSchemas): Json {
  const {
    id,
    summary,
    role,
    params,
    query,
    headers,
    body,
    response,
    redirects,
    produces = 'application/json',
    problems = [],
  } = spec;
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...parametersOf('header', headers),
  ];
  const long = params === undefined ? [] : [404];
  const unread = body === undefined ? [] : [413, 415];
  const failures = [...new Set([400, 401, 403, 429, ...long, ...unread, ...problems])].sort((a, b) => a - b);
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(role === 'anyone'
      ? { description: 'Needs no token.', security: [] }
      : { description: `Needs the role ${role}.` }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(body, 'input') } } } }),
    responses: {
      ...(response === undefined
        ? redirects === undefined
          ? { 204: { description: 'Done' } }
          : { 302: { description: 'Go on there', headers: { location: { schema: { type: 'string' } } } } }
        : {
            200: {
              description: 'The answer',
              content: { [produces]: { schema: answerSchema(response, produces, schemas) } },
            },
          }),
      ...Object.fromEntries(failures.map((status) => [status, PROBLEM])),
    },
  };
}

const PROBLEM = {
  description: 'A problem, as RFC 9457 has it',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** A stream's body is text; what each event's data holds is said in words. */
function answerSchema(response: z.ZodType, produces: string, schemas: NamedSchemas): Json {
  if (produces === 'application/json') return schemas.of(response, 'output');
  return { type: 'string', description: 'The data of each event is one incident, as listIncidents shows it.' };
}

function parametersOf(where: 'path' | 'query' | 'header', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

/** `IncidentsController` serves what is tagged `incidents`. */
function tagOf({ name }: Type): string {
  return name.replace(/Controller$/, '').toLowerCase();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
