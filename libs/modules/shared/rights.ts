import { actingRoles, all, own } from '@waymark/core/kernel';

/** Every role: for what shows no person and no figure. */
export const everyone = all(...actingRoles);

/** The operator of a local installation, who imports files from the command line: for the commands that rows stand for. */
export const importing = all('local-operator');

/** Roles that maintain the reference data of the whole service: programmes and schools. */
export const referenceData = all('operations', 'local-operator');

/** Roles that deliver mentoring: the mentor, and the managers of the mentor's area or of the programme. */
export const delivery = own('mentor', 'area-manager', 'programme-administrator');

/**
 * Roles responsible for a pupil at school: the school lead, and the managers of the school's area or of the
 * programme.
 */
export const school = own('school-lead', 'area-manager', 'programme-administrator');

/** Roles that work with a single pupil: those that deliver mentoring, and those responsible at school. */
export const caseworkers = own('mentor', 'school-lead', 'area-manager', 'programme-administrator');

/** Roles that decide on requests under data protection law. */
export const officer = all('data-protection-officer', 'local-operator');

/** Reads the records of single pupils: every role over them, and the officer. */
export const readers = {
  ...own(
    'mentor',
    'school-lead',
    'area-manager',
    'regional-director',
    'programme-administrator',
    'evaluator',
  ),
  ...officer,
};

/** Reads schools, areas and regions: the roles over them, and those that work for the whole service. */
export const placeReaders = {
  ...own('school-lead', 'area-manager', 'regional-director', 'programme-administrator', 'evaluator'),
  ...officer,
  ...all('operations', 'access-administrator'),
};

/** Reads mentors' posts: the mentor, and everyone who reads schools. */
export const postReaders = { ...own('mentor'), ...placeReaders };

/** Reads the figures of groups, which show no pupil. */
export const figureReaders = { ...readers, ...all('operations') };

/**
 * Roles that see small numbers in figures, and who recorded an event and when: those that may see the names behind the
 * figures and events, and those that answer requests under data protection law.
 */
export const identifiers = { ...caseworkers, ...officer };

/** Roles that see pupils who object to research, are erased or have a processing restriction: all but the evaluator. */
export const insiders = {
  ...own('mentor', 'school-lead', 'area-manager', 'regional-director', 'programme-administrator'),
  ...officer,
  ...all('operations'),
};
