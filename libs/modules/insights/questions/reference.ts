import { type TProperties, Type } from '@sinclair/typebox';
import { byKey } from '@waymark/core/projections';
import { day, nobody, object, oneOf, question, text } from '@waymark/core/questions';
import { type AttendanceCode, attendanceCodes, countsAs, NO_MARK } from '@waymark/modules/attendance';
import {
  barrierKinds,
  consentGivers,
  endings,
  finders,
  modes,
  notHeldKinds,
  type NotHeldReason,
  notHeldReasons,
  phaseOutcomes,
  places,
  safeguardingDecisions,
  safeguardingKinds,
  senProvisions,
  supportSteps,
} from '@waymark/modules/journey';
import {
  barrierLabels,
  consentGiverLabels,
  endingLabels,
  finderLabels,
  modeLabels,
  notHeldLabels,
  phaseOutcomeLabels,
  placeLabels,
  safeguardingLabels,
  senLabels,
  supportStepLabels,
} from '@waymark/modules/journey/labels';
import { schools } from '@waymark/modules/school/views/schools';
import { everyone } from '@waymark/modules/shared/rights';

const listed = <Fields extends TProperties>(fields: Fields, description: string) =>
  Type.Array(object({ code: text(), label: text(), ...fields }), { description });

const schema = object(
  {
    attendanceCodes: listed(
      {
        countsAs: oneOf(countsAs),
        from: Type.Optional(day('The first day of use. Absent if the code has always been in use.')),
        until: Type.Optional(day('The last day of use. Absent if the code is in use.')),
      },
      'The national attendance codes, including those that are no longer in use.',
    ),
    noMark: text('Stands for a session without a mark. It is not an absence.'),
    barrierKinds: listed(
      { safeguarding: Type.Boolean({ description: 'Whether this kind needs a safeguarding decision.' }) },
      'The kinds of barriers.',
    ),
    barrierFinders: listed({}, 'The people who can find a barrier.'),
    safeguardingDecisions: listed({}, 'The decisions about a barrier that concerns safety.'),
    notHeldReasons: listed({ kind: oneOf(notHeldKinds) }, 'The reasons why a session was not held.'),
    sessionModes: listed({}, 'The ways in which a session is held.'),
    sessionPlaces: listed({}, 'The places where a session is held.'),
    consentGivers: listed({}, 'The people who can give consent.'),
    phaseOutcomes: listed({}, 'The outcomes of a phase.'),
    endings: listed({}, 'The ways in which a journey ends.'),
    supportSteps: listed({}, 'The steps of a referral to support.'),
    senProvisions: listed({}, 'The kinds of special educational provision.'),
    regions: Type.Array(text(), { description: 'The regions of the registered schools, in order.' }),
  },
  { $id: 'Reference' },
);

/** The codes in their order, each with its label. */
const labelled = <Code extends string>(codes: readonly Code[], labels: Readonly<Record<Code, string>>) =>
  codes.map((code) => ({ code, label: labels[code] }));

const attendanceCode = ({ code, meaning, countsAs, from, until }: AttendanceCode) => ({
  ...{ code, label: meaning, countsAs },
  ...(from !== undefined && { from }),
  ...(until !== undefined && { until }),
});

const codes = {
  attendanceCodes: attendanceCodes.map(attendanceCode),
  noMark: NO_MARK,
  barrierKinds: labelled(barrierKinds, barrierLabels).map((kind) => ({
    ...kind,
    safeguarding: safeguardingKinds.has(kind.code),
  })),
  barrierFinders: labelled(finders, finderLabels),
  safeguardingDecisions: labelled(safeguardingDecisions, safeguardingLabels),
  notHeldReasons: labelled(Object.keys(notHeldReasons) as NotHeldReason[], notHeldLabels).map((reason) => ({
    ...reason,
    kind: notHeldReasons[reason.code],
  })),
  sessionModes: labelled(modes, modeLabels),
  sessionPlaces: labelled(places, placeLabels),
  consentGivers: labelled(consentGivers, consentGiverLabels),
  phaseOutcomes: labelled(phaseOutcomes, phaseOutcomeLabels),
  endings: labelled(endings, endingLabels),
  supportSteps: labelled(supportSteps, supportStepLabels),
  senProvisions: labelled(senProvisions, senLabels),
};

export const getReference = question({
  name: 'GetReference',
  path: 'reference',
  summary: 'The codes of events and commands, with their labels',
  description: 'The codes are stored and do not change. A label may change; do not store it.',
  schema,
  example: { ...codes, regions: ['North West', 'South East'] },
  by: everyone,
  views: [schools],
  shown: nobody,
  answer: async (_asked, { rows }) => {
    const all = [...(await byKey(rows, schools)).values()];
    return { ...codes, regions: [...new Set(all.map(({ region }) => region))].sort() };
  },
});
