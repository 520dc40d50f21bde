import { expect, it } from 'vitest';
import { hostProblem } from './hosts';

it.each([
  ['shop.example', ''],
  ['*.shop.example', ''],
  ['not a host', ''],
  ['https://Shop.example/path', 'Type “shop.example”, without scheme, port and path.'],
  ['//shop.example:8443/a?b#c', 'Type “shop.example”, without scheme, port and path.'],
  ['localhost:3000/', 'Type “localhost”, without scheme, port and path.'],
  ['bücher.example/', 'Type “bücher.example”, without scheme, port and path.'],
  ['https://*.shop.example', 'Type “*.shop.example”, without scheme, port and path.'],
  ['/path', '“/path” is not a host name such as shop.example.'],
  ['https:///', '“https:///” is not a host name such as shop.example.'],
])('of %s: %s', (typed, problem) => expect(hostProblem(typed)).toBe(problem));
