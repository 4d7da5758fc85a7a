import type { SealSink } from '@waymark/core/kernel';

/** Writes seals to standard output, one per line. */
export const sealOutput = (output: NodeJS.WritableStream = process.stdout): SealSink => ({
  write: (_number, line) =>
    new Promise((resolve, reject) => {
      output.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    }),
});
