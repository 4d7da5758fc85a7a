import fc from 'fast-check';
import {
  attendanceFacts,
  counted,
  journeyFacts,
  mentorFacts,
  model,
  programmeFacts,
  pupilFacts,
  schoolFacts,
} from '../../support/given';
import type { Known } from '../../support/spec';
import { journeySendings } from './journey';
import { attendanceSendings, importSendings, programmeSendings, schoolSendings } from './others';
import { disputeSendings, mentorSendings, personSendings, pupilSendings } from './people';
import type { Fields, Sending, Sendings } from './table';

/** The seed is part of the test names. Set `FC_SEED` to run the same commands again. */
export const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

export const sendings: Readonly<Record<string, Sendings>> = {
  programme: programmeSendings,
  school: schoolSendings,
  mentor: mentorSendings,
  pupil: pupilSendings,
  journey: journeySendings,
  attendance: attendanceSendings,
  import: importSendings,
  person: personSendings,
  dispute: disputeSendings,
};

export const known: Readonly<Record<string, Known>> = {
  ...{ pupil: pupilFacts, school: schoolFacts, mentor: mentorFacts, mentorFacts, journey: journeyFacts },
  programme: { ...programmeFacts, deliveryModel: { ...model, sessionsPerPhase: 2, phases: ['One', 'Two'] } },
  attendance: attendanceFacts(counted(19, 76)),
  claim: { by: 'pupil-0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10', at: '2025-09-01T09:00:00.000Z' },
};

/**
 * A command of the module and how it is sent: as generated, as the previous one, or as that one with one field
 * changed.
 */
export interface Step {
  readonly other: readonly [name: string, body: Fields];
  readonly own: Fields;
  readonly how: 'other' | 'own' | 'again' | 'altered';
  readonly field: number;
}

const withoutGaps = (body: object): Fields =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

const bodyOf = ({ body }: Sending): fc.Arbitrary<Fields> => fc.record(body).map(withoutGaps);

/** Commands of a module, preceded by the ones without which most would be refused. */
export function stepsFor(name: string, { commands, first }: Sendings): fc.Arbitrary<readonly Step[]> {
  const sent = (other: string) => bodyOf(commands[other]!).map((body) => [other, body] as const);
  const step = (other: fc.Arbitrary<Step['other']>) => ({
    other,
    own: bodyOf(commands[name]!),
    field: fc.nat(20),
  });
  const any = fc.oneof(...Object.keys(commands).map(sent));
  const sentAs = (how: Step['how'], other = any) => fc.record({ ...step(other), how: fc.constant(how) });
  const beginning = [...first, ...(commands[name]!.after ?? [])].map((other) => sentAs('other', sent(other)));
  const how = fc.constantFrom(
    ...(['other', 'other', 'other', 'own', 'own', 'again', 'altered', 'altered'] as const),
  );
  return fc
    .tuple(
      fc.tuple(...beginning, sentAs('own'), sentAs('again')),
      fc.array(fc.record({ ...step(any), how }), { minLength: 1, maxLength: 50, size: 'max' }),
    )
    .map(([begin, then]) => [...begin, ...then]);
}

/** The previous command of this name, unchanged or with one field changed; or a new one. */
export function bodyFrom({ own, how, field }: Omit<Step, 'other'>, last: Fields): Fields {
  if (how === 'own') return own;
  const fields = Object.keys(own);
  const changed = fields[field % Math.max(fields.length, 1)];
  return how === 'again' || changed === undefined ? last : { ...last, [changed]: own[changed] };
}

/** Who sends a command of a module. */
export const actorOf = ({ name }: { readonly name: string }, command: string): string =>
  sendings[name]!.commands[command]!.actor ?? 'tester';
