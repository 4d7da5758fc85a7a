import type { barrierKinds, finders, safeguardingDecisions } from './barriers';
import type { phaseOutcomes } from './phases';
import type { senProvisions } from './referral';
import type { NotHeldReason } from './sessions';
import type { consentGivers, endings, modes, places, supportSteps } from './state';

/*
 * What people read instead of the codes that events contain. A code without a label does not compile.
 */

type Labels<Codes extends readonly string[]> = Readonly<Record<Codes[number], string>>;

export const barrierLabels: Labels<typeof barrierKinds> = {
  EBSA_ANXIETY: 'Anxiety, or emotionally based school avoidance',
  LOW_MOOD: 'Low mood',
  SELF_ESTEEM: 'Low self-esteem',
  TRAUMA_BEREAVEMENT: 'Trauma or bereavement',
  PHYSICAL_ILLNESS: 'Physical illness',
  SLEEP_ROUTINE: 'Sleep',
  SEND_UNMET: 'Special educational needs or disability without enough support',
  NEURODIVERGENCE: 'Neurodivergence',
  AWAITING_ASSESSMENT: 'Waiting for an assessment',
  DISENGAGED: 'Disengaged from learning',
  BEHIND_IN_LEARNING: 'Behind in learning',
  ATTITUDE: 'Attitude to school',
  TRUANCY: 'Truancy',
  BULLYING: 'Bullying',
  PEER_ISOLATION: 'Isolated from other pupils',
  UNSAFE_JOURNEY: 'Unsafe way to school',
  EXPLOITATION_RISK: 'Risk of exploitation',
  STAFF_RELATIONSHIP: 'Relationship with school staff',
  SENSORY_ENVIRONMENT: 'Sensory environment of the school',
  TRANSITION: 'Change of school or year group',
  SUSPENSION_EFFECT: 'Effect of a suspension',
  YOUNG_CARER: 'Young carer',
  PARENT_MENTAL_HEALTH: 'Mental health of a parent',
  PARENT_PHYSICAL_HEALTH: 'Physical health of a parent',
  FAMILY_CONFLICT: 'Conflict in the family',
  PARENT_WORK_PATTERN: 'Working hours of a parent',
  PARENT_CONDONED: 'Absence accepted by a parent',
  ROUTINES: 'Routines at home',
  COST_OF_LIVING: 'Cost of living',
  UNIFORM_FOOD: 'Uniform or food',
  HOUSING: 'Housing',
  TRANSPORT: 'Transport',
  DIGITAL: 'Access to devices or the internet',
  OTHER: 'Other',
  NOT_YET_KNOWN: 'Not yet known',
};

export const finderLabels: Labels<typeof finders> = {
  PUPIL: 'Pupil',
  PARENT: 'Parent',
  SCHOOL: 'School',
  MENTOR: 'Mentor',
};

export const safeguardingLabels: Labels<typeof safeguardingDecisions> = {
  NO_CONCERN: 'No concern',
  SHARED_WITH_LEAD: 'Shared with the safeguarding lead',
  REFERRED: 'Referred',
};

export const notHeldLabels: Readonly<Record<NotHeldReason, string>> = {
  PUPIL_ABSENT: 'The pupil was absent from school',
  PUPIL_ILL: 'The pupil was ill',
  PUPIL_EXAM: 'The pupil had an examination',
  PUPIL_DECLINED: 'The pupil declined the session',
  PUPIL_DID_NOT_COME: 'The pupil did not come',
  MENTOR_UNAVAILABLE: 'The mentor was unavailable',
  NO_ROOM: 'No room was available',
  SCHOOL_CLOSED: 'The school was closed',
};

export const modeLabels: Labels<typeof modes> = { IN_PERSON: 'In person', REMOTE: 'Remote' };

export const placeLabels: Labels<typeof places> = {
  SCHOOL: 'School',
  HOME: 'Home',
  COMMUNITY: 'Community',
};

export const consentGiverLabels: Labels<typeof consentGivers> = {
  PARENT: 'Parent',
  CARER: 'Carer',
  PUPIL: 'Pupil',
};

export const phaseOutcomeLabels: Labels<typeof phaseOutcomes> = {
  ACHIEVED: 'Achieved',
  PARTLY: 'Partly achieved',
  NOT: 'Not achieved',
};

export const endingLabels: Labels<typeof endings> = {
  COMPLETED: 'Completed',
  ENDED_EARLY: 'Ended early',
  MOVED_AWAY: 'Moved away',
  CANCELLED: 'Cancelled before it began',
  STOPPED: 'Stopped because the pupil’s data were erased',
};

export const supportStepLabels: Labels<typeof supportSteps> = {
  made: 'Made',
  accepted: 'Accepted',
  declined: 'Declined',
  started: 'Started',
  finished: 'Finished',
  withdrawn: 'Withdrawn',
};

export const senLabels: Labels<typeof senProvisions> = {
  N: 'No special educational provision',
  K: 'Special educational needs support',
  E: 'Education, health and care plan',
};
