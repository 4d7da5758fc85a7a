import { Type } from '@sinclair/typebox';
import { Refusal, roles } from '@waymark/core/kernel';
import { erasedRefusal } from '@waymark/core/privacy';
import { type Answer, day, object, oneOf, question, text, uuid } from '@waymark/core/questions';
import { person } from '../person';
import type { Person } from '../state';
import { exampleIds } from '@waymark/modules/shared/examples';

const assignment = object(
  {
    assignment: uuid(),
    role: oneOf(roles),
    mentor: Type.Optional(text()),
    school: Type.Optional(text()),
    area: Type.Optional(text()),
    region: Type.Optional(text()),
    programme: Type.Optional(text()),
    from: day('The first day of the role.'),
    until: Type.Optional(day('The last day of the role.')),
  },
  { $id: 'RoleAssignment', description: 'A role, over one scope or over the whole service.' },
);

export const personDocument = object(
  {
    id: uuid(),
    name: Type.Optional(text()),
    assignments: Type.Array(assignment),
  },
  { $id: 'Person' },
);

/** A person with all role assignments. */
export const documentOf = (id: string, { name, assignments }: Person): Answer<typeof personDocument> => ({
  id,
  ...(name !== undefined && { name }),
  assignments: Object.entries(assignments).map(([assignment, held]) => ({ assignment, ...held })),
});

export const getPerson = question({
  name: 'GetPerson',
  path: 'people/:id',
  parts: { id: person },
  problems: { 404: ['UNKNOWN_PERSON_ID'], 410: ['PERSON_ERASED'] },
  summary: 'A person who works with the service, with all role assignments',
  description: 'If the person was erased, the answer is `PERSON_ERASED`.',
  schema: personDocument,
  example: {
    id: exampleIds.person,
    name: 'Priya Raman',
    assignments: [
      {
        assignment: exampleIds.barrier,
        role: 'mentor',
        mentor: 'M-890-1',
        from: '2025-11-03',
        until: '2025-12-19',
      },
    ],
  },
  by: { 'data-protection-officer': 'all', 'access-administrator': 'all', 'local-operator': 'all' },
  views: [],
  shown: ({ id }) => [id],
  answer: async ({ id }, { submitter }) => {
    const state = (await submitter.load('person', id)).state as Person;
    if (!state.known)
      throw new Refusal('UNKNOWN_PERSON_ID', 'There is no person with this id. Check the id.', 'missing');
    if (state.erasure) throw erasedRefusal('person');
    return documentOf(id, state);
  },
});
