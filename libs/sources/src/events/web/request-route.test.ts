import { describe, expect, it } from 'vitest';

import { requestRoute } from './request-route.js';

const query = (name: string, value: string) => ({ where: 'query' as const, name, value });
const body = (name: string, value: string) => ({ where: 'body' as const, name, value });

describe('the route of a request', () => {
  it.each([
    ['a front controller', [query('page', 'profile'), query('id', '7')], 'page=profile'],
    ['underscores around the name', [query('_task', 'mail'), query('_action', 'list')], 'action=list&task=mail'],
    ['a REST route in the query', [query('rest_route', '/wp/v2/users')], 'rest_route=/wp/v2/users'],
    ['a method of RPC', [body('method', 'cart.add'), body('params[]', '3')], 'method=cart.add'],
    ['a method in a form', [body('_method', 'delete')], 'method=delete'],
    [
      'an operation of GraphQL',
      [body('query', 'mutation Add($id: ID!) { add(id: $id) { id } }')],
      'operation=mutation Add',
    ],
    ['a field of GraphQL', [body('query', '{ users { name } }')], 'operation=query users'],
  ] as const)('reads %s', (_, parameters, route) => {
    expect(requestRoute(parameters).route).toBe(route);
  });

  it('tells what scripts call an operation of GraphQL by: its name, or its first field', () => {
    expect(requestRoute([body('query', 'mutation Add($id: ID!) { add(id: $id) { id } }')]).values).toEqual(['Add']);
    expect(requestRoute([body('query', '{ users { name } }')]).values).toEqual(['users']);
    expect(requestRoute([query('page', 'profile')]).values).toEqual(['profile']);
  });

  it('takes no page number, no injected text and no cookie for an action', () => {
    expect(requestRoute([query('page', '2')]).route).toBeUndefined();
    expect(requestRoute([query('page', "x' or 1=1 -- ")]).route).toBeUndefined();
    expect(requestRoute([query('q', 'rope'), query('query', 'select rope')]).route).toBeUndefined();
    expect(requestRoute([{ where: 'cookie', name: 'page', value: 'home' }]).route).toBeUndefined();
  });
});
