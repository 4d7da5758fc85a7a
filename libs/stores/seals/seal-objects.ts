import { Refusal, type SealSink } from '@waymark/core/kernel';

/** Time limit for storing a seal, in milliseconds. */
const DEADLINE = 30_000;
/** The address already has an object of this name. */
const EXISTS = 412;

/**
 * Stores seals as objects `<number>.json` with HTTP PUT below an address, such as a bucket with permission to
 * write and read. The query string of the address is kept. `If-None-Match: *` keeps a seal from replacing
 * another; an object that is there already is compared.
 */
export function sealObjects(address: string, deadline = DEADLINE): SealSink {
  const base = new URL(address);
  return {
    write: async (number, line) => {
      const url = new URL(base);
      url.pathname = `${base.pathname.replace(/\/$/, '')}/${String(number)}.json`;
      const body = `${line}\n`;
      const headers = { 'content-type': 'application/json', 'if-none-match': '*' };
      const { ok, status } = await ask(url, { method: 'PUT', body, headers }, deadline);
      // The response to an earlier attempt may have been lost.
      if (ok || (status === EXISTS && (await isStored(url, body, deadline)))) return;
      if (status === EXISTS)
        throw new Refusal(
          'SEAL_EXISTS',
          `The address for seals already holds another seal ${String(number)}, or does not permit to read it. Nothing is overwritten: permit GET, or move its seals elsewhere and start a new series with \`waymark seal --anew\`.`,
        );
      throw new Error(
        `seal ${String(number)} was not stored: the address responded with status ${String(status)}`,
      );
    },
  };
}

async function isStored(url: URL, body: string, deadline: number): Promise<boolean> {
  const { ok, text } = await ask(url, { method: 'GET' }, deadline);
  return ok && text === body;
}

/** The address may contain credentials, so no error message contains it. */
async function ask(
  url: URL,
  request: RequestInit,
  deadline: number,
): Promise<{ readonly ok: boolean; readonly status: number; readonly text: string }> {
  try {
    const signal = AbortSignal.timeout(deadline);
    const response = await fetch(url, { ...request, signal, redirect: 'error' });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (error) {
    throw new Error('the address for seals does not answer', { cause: error });
  }
}
