import { Type } from '@sinclair/typebox';
import { type Answer, object, position, text } from '@waymark/core/questions';

/** The result of a command. */
export const commandAnswer = object(
  {
    stream: text(),
    revision: Type.Integer({
      minimum: -1,
      description: 'The revision of the stream; -1 if it has no events.',
    }),
    position: position(),
    events: Type.Array(text(), {
      description: 'Types of the recorded events; empty if nothing had to change.',
    }),
    repeated: Type.Boolean({
      description: 'True if the command had been carried out before; this is its first answer again.',
    }),
  },
  { $id: 'CommandAnswer' },
);

export type CommandAnswer = Answer<typeof commandAnswer>;
