import { expect, it } from 'vitest';
import { Sha256 } from './sha256';

async function own(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

it('is what everybody calls SHA-256, at every length around the edges of blocks', async () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + length) % 256);
    expect(new Sha256().add(bytes).hex()).toBe(await own(bytes));
  }
});

it('does not depend on how the bytes are cut', async () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, at) => (at * 131) % 251);
  for (const size of [1, 3, 63, 64, 65, 1000]) {
    const hash = new Sha256();
    for (let at = 0; at < bytes.length; at += size) hash.add(bytes.subarray(at, at + size));
    expect(hash.hex()).toBe(await own(bytes));
  }
});
