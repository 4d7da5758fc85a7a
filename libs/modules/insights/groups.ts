import type { RowReader, Scope } from '@waymark/core/kernel';
import { byKey } from '@waymark/core/projections';
import { type MentorRow, mentors } from '@waymark/modules/mentor/views/mentors';
import { programmes } from '@waymark/modules/programme/views/programmes';
import type { SchoolDetails } from '@waymark/modules/school/state';
import { schools } from '@waymark/modules/school/views/schools';

/** The kinds of group for which figures are added up. */
export type GroupKind = 'programme' | 'region' | 'area' | 'school' | 'mentor';

/** A group of journeys or registers, and the scope that all its members share. */
export interface Group {
  readonly key: string;
  readonly name: string;
  readonly place: Scope;
}

/** The fields of a journey or register that determine its groups. */
export interface Member {
  readonly school: string;
  readonly programme?: string;
  readonly mentor?: string;
}

/** Finds the groups of journeys and registers. A mentor's group is named by id, because views contain no names. */
export class Groups {
  private constructor(
    readonly programmes: ReadonlyMap<string, { readonly name: string }>,
    readonly schools: ReadonlyMap<string, SchoolDetails>,
    private readonly mentors: ReadonlyMap<string, MentorRow>,
  ) {}

  static async of(rows: RowReader): Promise<Groups> {
    return new Groups(await byKey(rows, programmes), await byKey(rows, schools), await byKey(rows, mentors));
  }

  /** The group of this kind; undefined if the member belongs to none. */
  of(by: GroupKind, { school: urn, programme, mentor }: Member): Group | undefined {
    const school = this.schools.get(urn);
    const within: Scope = programme === undefined ? {} : { programme };
    switch (by) {
      case 'programme':
        if (programme === undefined) return undefined;
        return { key: programme, name: this.programmes.get(programme)?.name ?? programme, place: within };
      case 'region':
        return (
          school && { key: school.region, name: school.region, place: { ...within, region: school.region } }
        );
      case 'area':
        return school && { key: school.area, name: school.areaName, place: { ...within, ...areaOf(school) } };
      case 'school':
        return { key: urn, name: school?.name ?? urn, place: { ...within, ...this.placeOfSchool(urn) } };
      case 'mentor':
        return mentor === undefined
          ? undefined
          : { key: mentor, name: mentor, place: { ...within, ...this.placeOfMentor(mentor) } };
    }
  }

  private placeOfMentor(mentor: string): Scope {
    const known = this.mentors.get(mentor);
    return { mentor, ...(known && { ...this.placeOfSchool(known.school), area: known.area }) };
  }

  private placeOfSchool(urn: string): Scope {
    const school = this.schools.get(urn);
    return { school: urn, ...(school && areaOf(school)) };
  }
}

const areaOf = ({ area, region }: SchoolDetails): Scope => ({ area, region });
