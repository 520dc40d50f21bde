import { beforeEach, describe, expect, it, vi } from 'vitest';
import { get, RequestError, send, watch } from './request';

const fetched = vi.fn();
vi.stubGlobal('fetch', fetched);
const answer = (status: number) => new Response(status === 204 ? null : JSON.stringify({ error: { code: 'forbidden', message: 'no' } }), { status });
const proofs = () => fetched.mock.calls.map(([, { headers }]) => headers['x-csrf-token']);

describe('a change that is refused', () => {
  let proof: string;
  const renewing = (next: string) => watch({ lost: () => {}, found: () => {}, signedOut: () => {}, proof: () => ({ 'x-csrf-token': proof }), renewed: async () => proof !== (proof = next) });

  beforeEach(() => {
    proof = 'old';
    fetched.mockReset().mockImplementation(async (_, { headers }) => answer(headers['x-csrf-token'] === 'new' ? 204 : 403));
  });

  it('is tried once more with a proof that is new', async () => {
    renewing('new');
    await send('DELETE', '/api/session');
    expect(proofs()).toEqual(['old', 'new']);
  });

  it('is refused where the proof is the same, or the next one is no better', async () => {
    for (const [next, tries] of [['old', 1], ['other', 2]] as const) {
      fetched.mockClear();
      proof = 'old';
      renewing(next);
      await expect(send('DELETE', '/api/session')).rejects.toBeInstanceOf(RequestError);
      expect(fetched).toHaveBeenCalledTimes(tries);
    }
  });

  it('is told apart from a question', async () => {
    renewing('new');
    await expect(get('/api/sites')).rejects.toBeInstanceOf(RequestError);
    expect(proofs()).toEqual(['old']);
  });
});
