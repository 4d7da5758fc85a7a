import { type RecordedEvent, StreamDamaged } from '@waymark/core/kernel';

/**
 * Parse the data or the metadata of a stored event. Throws {@link StreamDamaged} if the text is not a JSON
 * object; unlike that of `JSON.parse`, its message contains nothing of the text.
 */
export function parsed({ stream }: Pick<RecordedEvent, 'stream'>, text: string): object {
  if (typeof text === 'string') {
    try {
      const value = JSON.parse(text) as unknown;
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // Refused below.
    }
  }
  throw new StreamDamaged('STREAM_CHANGED', stream, 'The text of an event is not a JSON object.');
}
