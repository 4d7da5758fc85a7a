import type { KeyStore } from '@waymark/core/kernel';
import { countKeys, type KeyCounts, rotate, type Rotated } from '@waymark/core/log';
import type { LoadedMasterKeys } from '@waymark/platform';
import { grouped, progressBar } from './progress-bar';

const FORMAT = 'wrapping {bar} {percentage}% | {value} of {total} keys | {eta_formatted} left';

/** Rewrap every data key with the current master key, with a progress bar on standard error. */
export async function rotateWithProgress(
  keys: KeyStore,
  masters: LoadedMasterKeys,
  { quiet = false }: { readonly quiet?: boolean } = {},
): Promise<Rotated> {
  if (quiet) return rotate(keys, masters);
  const { wrapped, destroyed } = await countKeys(keys);
  const bar = progressBar(FORMAT);
  bar.start(sum(wrapped) + destroyed, 0);
  try {
    return await rotate(keys, { ...masters, onProgress: ({ looked }) => bar.update(looked) });
  } finally {
    bar.stop();
  }
}

/** Describe the result of a rotation as text. */
export const rotatedText = ({ looked, rewrapped }: Rotated): string =>
  `${grouped(rewrapped)} of ${grouped(looked)} data keys were rewrapped with the current master key.`;

/** Describe the number of data keys as text. */
export const keyCountsText = ({
  current,
  wrapped,
  destroyed,
}: KeyCounts & { readonly current: string }): string =>
  [
    ...Object.entries({ [current]: 0, ...wrapped }).map(
      ([master, keys]) =>
        `${grouped(keys)} wrapped with ${master === current ? 'the current master key' : 'a former master key'}, ${master}`,
    ),
    `${grouped(destroyed)} destroyed`,
  ].join('\n');

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);
