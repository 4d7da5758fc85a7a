import { SingleBar } from 'cli-progress';

/** A progress bar on standard error; if that is not a terminal, a line every five seconds. */
export const progressBar = (format: string): SingleBar =>
  new SingleBar({
    format,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: !process.stderr.isTTY,
    notTTYSchedule: 5_000,
  });

/** Format seconds: `2 h 5 m`, `3 m 20 s`, `7 s`, `0.4 s`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  if (hours > 0) return `${String(hours)} h ${String(minutes)} m`;
  return minutes > 0 ? `${String(minutes)} m ${String(whole % 60)} s` : `${String(whole)} s`;
}

/** Format a number with thousands separators. */
export const grouped = (value: number): string => value.toLocaleString('en-GB');
