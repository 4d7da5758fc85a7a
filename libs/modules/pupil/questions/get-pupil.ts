import { Type } from '@sinclair/typebox';
import { Refusal } from '@waymark/core/kernel';
import { object, question, text, uuid } from '@waymark/core/questions';
import { pupil } from '../pupil';
import type { Pupil, PupilDetails } from '../state';
import { exampleIds } from '@waymark/modules/shared/examples';
import type { PupilFacts } from '../facts';

const schema = object(
  {
    id: uuid(),
    school: text('The URN of the school of today.'),
    forename: Type.Optional(text('Shown where the pupil is within your reach by name, and not erased.')),
    surname: Type.Optional(text()),
    upn: Type.Optional(text('All but its end is masked, unless you may see it and gave a reason.')),
  },
  { $id: 'Pupil' },
);

export const getPupil = question({
  name: 'GetPupil',
  path: 'pupils/:id',
  parts: { id: pupil },
  summary: 'A pupil, as far as you may know',
  description:
    'The name is there where the pupil is yours to know by name. The number is masked, all but its end; with a `Waymark-Reason`, it is shown to those who may see it.',
  schema,
  example: {
    id: exampleIds.pupil,
    school: '990401',
    forename: 'Zara',
    surname: 'Farouk',
    upn: '*001',
  },
  by: {
    mentor: 'own',
    'school-lead': 'own',
    'area-manager': 'own',
    'programme-administrator': 'own',
    'data-protection-officer': 'all',
    'local-operator': 'all',
  },
  views: [],
  shown: ({ id }) => [id],
  answer: async ({ id }, { submitter, reach, reason, now, scopesOf }) => {
    const scopes = await scopesOf('pupil', id);
    reach.demand(scopes);
    const facts = await submitter.facts<PupilFacts>('pupil', id);
    if (!facts) throw new Refusal('UNKNOWN_PUPIL', 'There is no pupil with this id.', 'missing');
    const school = facts.schoolOn(now().slice(0, 10));
    const { upn, details } = (await submitter.load('pupil', id)).state as Readable;
    const { forename, surname } = details ?? {};
    if (upn === undefined || forename === undefined || surname === undefined) return { id, school };
    const shown = reason !== undefined && scopes.some(reach.showsUpns);
    return {
      ...{ id, school, upn: shown ? upn : `*${upn.slice(-3)}` },
      ...(scopes.some(reach.showsNames) && { forename, surname }),
    };
  },
});

/** A pupil's state: what is personal in it is missing where its key was destroyed. */
type Readable = Omit<Pupil, 'details'> & { readonly details?: Partial<PupilDetails> };
