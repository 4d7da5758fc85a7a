import type { SealSink } from '@waymark/core/kernel';

/** How long a seal may take to be kept, in milliseconds. */
const DEADLINE = 30_000;

/**
 * Seals as objects `<number>.json` behind an address that takes them by PUT, such as a bucket of an object store that it
 * gives the right to write to. Whatever it says after `?` stays behind the name.
 */
export function sealObjects(address: string, deadline = DEADLINE): SealSink {
  const base = new URL(address);
  return {
    keep: async (number, line) => {
      const url = new URL(base);
      url.pathname = `${base.pathname.replace(/\/$/, '')}/${String(number)}.json`;
      const { ok, status, body } = await put(url, line, deadline);
      await body?.cancel();
      if (!ok) throw new Error(`seal ${String(number)} was not kept: the address answers ${String(status)}`);
    },
  };
}

/** The address may carry credentials: no error says it. */
async function put(url: URL, line: string, deadline: number): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(deadline);
  try {
    return await fetch(url, { method: 'PUT', body: `${line}\n`, headers, signal, redirect: 'error' });
  } catch (error) {
    throw new Error('the address for seals does not answer', { cause: error });
  }
}
