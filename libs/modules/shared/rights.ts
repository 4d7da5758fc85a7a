import { all, own } from '@waymark/core/kernel';

/** Delivers the mentoring of a pupil: the mentor, and whoever manages the mentor's area or programme. */
export const delivery = own('mentor', 'area-manager', 'programme-administrator');

/** Is responsible for a pupil at school: the school's lead, and whoever manages the school's area or the programme. */
export const school = own('school-lead', 'area-manager', 'programme-administrator');

/** Decides what people may ask for whose data are held. */
export const officer = all('data-protection-officer', 'local-operator');
