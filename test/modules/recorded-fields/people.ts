import fc from 'fast-check';
import { objectionScopes, refusalGrounds } from '@waymark/core/privacy';
import { releaseReasons } from '@waymark/modules/mentor';
import { objectionOutcomes, restrictionGrounds } from '@waymark/modules/pupil';
import { MENTOR } from '../../support/given';
import { temporaryUpnOf, upnOf } from '../../support/made-up';
import { claimIdOf } from '../../support/spec';
import { type Fields, is, isOf, type Sendings } from './table';
import {
  COMPLETED_ONCE,
  completing,
  days,
  DECIDED_ONCE,
  erasing,
  ids,
  maybe,
  oneOf,
  programmes,
  schools,
  words,
} from './values';

const upns = oneOf(upnOf(1), temporaryUpnOf(1));
const claimed = [upnOf(1), temporaryUpnOf(1)].map((upn) => claimIdOf('upn', upn));
const named = {
  forename: oneOf('Zara', 'Zahra'),
  surname: oneOf('Farouk', 'Faruk'),
  dateOfBirth: oneOf('2013-02-15'),
  sex: maybe(oneOf('F')),
};
const scopes = oneOf(...objectionScopes.slice(0, 2));

export const pupilSendings: Sendings = {
  first: ['RegisterPupil'],
  commands: {
    RegisterPupil: {
      body: { upn: upns, ...named, school: schools, schoolFrom: days },
      events: ['PupilRegistered', 'UpnChanged', 'PupilDetailsCorrected', 'PupilMovedSchool'],
      reads: { schoolFrom: ({ schoolFrom, from }) => schoolFrom ?? from },
      // A former UPN still belongs to the pupil, and an ended stay at a school is still known.
      inAnyEvent: ['upn', 'school', 'schoolFrom'],
    },
    ChangeUpn: { body: { upn: upns }, events: ['PupilRegistered', 'UpnChanged'] },
    CorrectPupilDetails: { body: { ...named, reason: words }, events: ['PupilDetailsCorrected'] },
    MoveSchool: {
      body: { school: schools, from: days },
      events: ['PupilRegistered', 'PupilMovedSchool'],
      about: ['from'],
      reads: { from: ({ from, schoolFrom }) => from ?? schoolFrom },
    },
    RaiseObjection: {
      body: { scope: scopes, on: days, reason: maybe(words) },
      events: ['ObjectionRaised'],
      about: ['scope'],
      // After being overridden and then upheld, the objection is still as it was raised.
      undoneBy: (since, body) => {
        const decided = since.filter((each) => isOf('scope', 'ObjectionDecided')([each], body)).at(-1);
        return (decided?.data as Fields | undefined)?.['outcome'] === 'OVERRIDDEN';
      },
    },
    DecideObjection: {
      after: ['RaiseObjection'],
      body: { scope: scopes, outcome: oneOf(...objectionOutcomes), on: days, reason: words },
      events: ['ObjectionDecided'],
      about: ['scope'],
      undoneBy: isOf('scope', 'ObjectionRaised'),
    },
    PlaceLegalHold: {
      body: { hold: ids, on: days, reason: words },
      events: ['LegalHoldPlaced'],
      about: ['hold'],
      undoneBy: isOf('hold', 'LegalHoldLifted'),
    },
    LiftLegalHold: {
      after: ['PlaceLegalHold'],
      body: { hold: ids, on: days },
      events: ['LegalHoldLifted'],
      about: ['hold'],
      undoneBy: isOf('hold', 'LegalHoldPlaced'),
    },
    RestrictProcessing: {
      body: { ground: oneOf(...restrictionGrounds.slice(0, 2)), on: days, reason: maybe(words) },
      events: ['ProcessingRestricted'],
      undoneBy: is('RestrictionLifted'),
    },
    LiftRestriction: {
      after: ['RestrictProcessing'],
      body: { on: days, reason: maybe(words) },
      events: ['RestrictionLifted'],
      undoneBy: is('ProcessingRestricted'),
    },
    RefuseErasure: {
      body: { ground: oneOf(...refusalGrounds.slice(0, 2)), on: days, reason: words },
      events: ['ErasureRefused'],
    },
    RefuseRectification: { body: { on: days, reason: words }, events: ['RectificationRefused'] },
    ReleaseUpn: { body: { claim: oneOf(...claimed) }, events: ['UpnReleased'] },
    ConfirmUpnRelease: {
      after: ['ReleaseUpn'],
      body: { claim: oneOf(...claimed) },
      events: ['UpnReleaseConfirmed'],
      mayRecordNothing: 'the UPN is not being released',
    },
    ErasePupil: { body: erasing, events: ['PupilErased'], mayRecordNothing: DECIDED_ONCE },
    CompleteErasure: {
      after: ['ErasePupil'],
      body: completing,
      events: ['ErasureCompleted'],
      mayRecordNothing: COMPLETED_ONCE,
    },
  },
};

export const mentorSendings: Sendings = {
  first: ['AppointMentor'],
  commands: {
    AppointMentor: {
      body: { name: oneOf('Oscar', 'Oscar Roberts'), programme: programmes, school: schools, from: days },
      events: ['MentorAppointed', 'MentorDetailsChanged'],
    },
    AllocatePupil: {
      body: { journey: ids, on: days },
      events: ['PlaceTaken'],
      about: ['journey'],
      undoneBy: isOf('journey', 'PlaceReleased'),
    },
    ReleasePlace: {
      after: ['AllocatePupil'],
      body: { journey: ids, reason: oneOf(...releaseReasons.slice(0, 2)) },
      events: ['PlaceReleased'],
      about: ['journey'],
      undoneBy: isOf('journey', 'PlaceTaken'),
    },
    RemindMentor: {
      body: { on: days, overdue: oneOf([]), quiet: fc.subarray(['journey 1', 'journey 2']) },
      events: ['MentorReminded'],
      mayRecordNothing: 'a mentor is reminded once a day, and of nothing where there is nothing to say',
    },
    EraseMentor: { body: erasing, events: ['MentorErased'], mayRecordNothing: DECIDED_ONCE },
    CompleteMentorErasure: {
      after: ['EraseMentor'],
      body: completing,
      events: ['MentorErasureCompleted'],
      mayRecordNothing: COMPLETED_ONCE,
    },
  },
};

export const personSendings: Sendings = {
  first: ['RegisterPerson'],
  commands: {
    RegisterPerson: {
      body: { subject: oneOf('priya', 'priya-2'), name: oneOf('Priya', 'Priya Raman') },
      events: ['PersonRegistered'],
    },
    AssignRole: {
      body: {
        ...{ assignment: ids, role: oneOf('mentor', 'operations'), mentor: maybe(oneOf(MENTOR)) },
        ...{ from: days, until: maybe(days) },
      },
      events: ['RoleAssigned'],
      about: ['assignment'],
      undoneBy: isOf('assignment', 'RoleEnded'),
    },
    EndRole: {
      after: ['AssignRole'],
      body: { assignment: ids, on: days },
      events: ['RoleEnded'],
      about: ['assignment'],
    },
    LeavePerson: { after: ['AssignRole'], body: { on: days }, events: ['PersonLeft'] },
    ErasePerson: { body: erasing, events: ['PersonErased'], mayRecordNothing: DECIDED_ONCE },
    CompletePersonErasure: {
      after: ['ErasePerson'],
      body: completing,
      events: ['PersonErasureCompleted'],
      mayRecordNothing: COMPLETED_ONCE,
    },
  },
};

export const disputeSendings: Sendings = {
  first: ['ContestUpn'],
  commands: {
    ContestUpn: {
      body: { upn: upns, school: schools, reason: words },
      events: ['disputes.ValueContested'],
      // The event has the id of the UPN instead of the UPN.
      reads: {
        upn: ({ claim }, { upn }) => (claim === claimIdOf('upn', String(upn)) ? upn : undefined),
      },
    },
    RejectDispute: { actor: 'officer', body: { reason: words }, events: ['disputes.DisputeRejected'] },
    UpholdDispute: { actor: 'officer', body: { reason: words }, events: ['disputes.DisputeUpheld'] },
    CloseDispute: { body: {}, events: ['disputes.DisputeClosed'], mayRecordNothing: 'it is decided' },
  },
};
