import { Type } from '@sinclair/typebox';
import { type Answer, object, position, text } from '@waymark/core/questions';

/** What a command led to. */
export const commandAnswer = object(
  {
    stream: text(),
    revision: Type.Integer({
      minimum: -1,
      description: 'The revision of the stream; -1 where nothing was ever recorded.',
    }),
    position: position(),
    events: Type.Array(text(), {
      description: 'Types of the events that were recorded; none where there was nothing to change.',
    }),
    repeated: Type.Boolean({
      description: 'The command had been carried out before, and this is its first answer again.',
    }),
  },
  { $id: 'CommandAnswer' },
);

export type CommandAnswer = Answer<typeof commandAnswer>;
