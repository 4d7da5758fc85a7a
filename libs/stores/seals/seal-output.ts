import type { SealSink } from '@waymark/core/kernel';

/** Seals on standard output, a line each, for whoever collects it. */
export const sealOutput = (output: NodeJS.WritableStream = process.stdout): SealSink => ({
  keep: (_number, line) =>
    new Promise((resolve, reject) => {
      output.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    }),
});
