import { caseworkers, officer } from '@waymark/modules/shared/rights';
import { Type } from '@sinclair/typebox';
import { Refusal, type Scope } from '@waymark/core/kernel';
import { erasedRefusal } from '@waymark/core/privacy';
import { type Answer, object, question, type QuestionSources, text, uuid } from '@waymark/core/questions';
import { pupil } from '../pupil';
import type { Pupil, PupilDetails } from '../state';
import { exampleIds } from '@waymark/modules/shared/examples';
import type { PupilFacts } from '../facts';

const schema = object(
  {
    id: uuid(),
    school: text('The URN of the current school.'),
    forename: Type.Optional(text('Absent if you may not see names of this pupil.')),
    surname: Type.Optional(text()),
    upn: Type.Optional(
      text(
        'Masked except for the last three characters, unless you may see UPNs and gave a reason. Absent if it was released to another pupil.',
      ),
    ),
  },
  { $id: 'Pupil' },
);

export const getPupil = question({
  name: 'GetPupil',
  path: 'pupils/:id',
  parts: { id: pupil },
  summary: 'A pupil, with the data that you may see',
  description:
    'The name is included if you may see names of this pupil. The UPN is masked except for its last three characters. With a `Waymark-Reason`, it is shown in full if you may see UPNs. If the pupil was erased, the answer is `PUPIL_ERASED`.',
  schema,
  example: {
    id: exampleIds.pupil,
    school: '990401',
    forename: 'Zara',
    surname: 'Farouk',
    upn: '*001',
  },
  by: { ...caseworkers, ...officer },
  views: [],
  problems: { 410: ['PUPIL_ERASED'] },
  shown: ({ id }) => [id],
  answer: async ({ id }, { submitter, reach, reason, now, scopesOf }) => {
    const scopes = await scopesOf('pupil', id);
    reach.demand(scopes);
    const facts = await submitter.facts<PupilFacts>('pupil', id);
    if (!facts)
      throw new Refusal('UNKNOWN_PUPIL', 'There is no pupil with this id. Check the id.', 'missing');
    if (facts.erased) throw erasedRefusal('pupil');
    const school = facts.schoolOn(now().slice(0, 10));
    return { id, school, ...(await personalFields(id, scopes, { submitter, reach, reason })) };
  },
});

/**
 * The name and the UPN of a pupil, as a principal may see them who reaches these scopes of the pupil. Empty if the key was
 * destroyed. The UPN is masked without a reason.
 */
export async function personalFields(
  id: string,
  scopes: readonly Scope[],
  { submitter, reach, reason }: Pick<QuestionSources, 'submitter' | 'reach'> & { reason: string | undefined },
): Promise<PersonalFields> {
  const { upn, details } = (await submitter.load('pupil', id)).state as Readable;
  const { forename, surname } = details ?? {};
  if (forename === undefined || surname === undefined) return {};
  const shown = reason !== undefined && scopes.some(reach.showsUpns);
  return {
    ...(upn !== undefined && { upn: shown ? upn : `*${upn.slice(-3)}` }),
    ...(scopes.some(reach.showsNames) && { forename, surname }),
  };
}

type PersonalFields = Pick<Answer<typeof schema>, 'forename' | 'surname' | 'upn'>;

/** A pupil's state. Personal fields are missing if the key was destroyed. */
type Readable = Omit<Pupil, 'details'> & { readonly details?: Partial<PupilDetails> };
