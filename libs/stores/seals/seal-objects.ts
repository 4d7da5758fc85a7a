import type { SealSink } from '@waymark/core/kernel';

/** Time limit for storing a seal, in milliseconds. */
const DEADLINE = 30_000;

/**
 * Stores seals as objects `<number>.json` with HTTP PUT below an address, such as a bucket with write
 * permission. The query string of the address is kept.
 */
export function sealObjects(address: string, deadline = DEADLINE): SealSink {
  const base = new URL(address);
  return {
    write: async (number, line) => {
      const url = new URL(base);
      url.pathname = `${base.pathname.replace(/\/$/, '')}/${String(number)}.json`;
      const { ok, status, body } = await put(url, line, deadline);
      await body?.cancel();
      if (!ok)
        throw new Error(
          `seal ${String(number)} was not stored: the address responded with status ${String(status)}`,
        );
    },
  };
}

/** The address may contain credentials, so no error message contains it. */
async function put(url: URL, line: string, deadline: number): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(deadline);
  try {
    return await fetch(url, { method: 'PUT', body: `${line}\n`, headers, signal, redirect: 'error' });
  } catch (error) {
    throw new Error('the address for seals does not answer', { cause: error });
  }
}
