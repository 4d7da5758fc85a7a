import type { Reach } from '@waymark/core/access';
import type { Scope } from '@waymark/core/kernel';
import type { Group, GroupKind, Groups, Member } from '../groups';
import { blockOf, type Block, type Unit } from './blocks';

const kinds: readonly GroupKind[] = ['region', 'area', 'school', 'programme', 'mentor'];

/** The pupils of one mentor at one school in one programme. */
interface PlacedUnit extends Unit {
  readonly member: Member;
  readonly counts: Record<string, number>;
}

/**
 * The pupils in the figures that a principal may see, except those whose records the principal may see exactly: what is
 * known of these needs no protection.
 */
export class Units {
  /** Whether the principal may see every figure exactly. Then nothing need be counted. */
  readonly areExact: boolean;
  private readonly units = new Map<string, PlacedUnit>();
  /** Units of pupils whose records the principal may see exactly. */
  private readonly exact = new Map<string, PlacedUnit>();

  constructor(
    private readonly groups: Groups,
    private readonly reach: Pick<Reach, 'covers' | 'showsSmallNumbers'>,
  ) {
    this.areExact = reach.showsSmallNumbers({});
  }

  /** Count a journey in some columns, if it is in any figure of the principal. */
  addJourney(id: string, member: Member, columns: Iterable<string>): void {
    if (!kinds.some((kind) => this.isSeen(this.groups.of(kind, member), id))) return;
    this.add(member, [this.scopeOf(member)], columns);
  }

  /** Count a pupil who lies in some scopes in some columns. */
  add(member: Member, scopes: readonly Scope[], columns: Iterable<string>): void {
    const units = scopes.some(this.reach.showsSmallNumbers) ? this.exact : this.units;
    const { school, programme = '', mentor = '' } = member;
    const place = this.groups.of('school', member)?.place;
    const path = [place?.region ?? '', place?.area ?? '', school, programme, mentor];
    const key = path.join('/');
    let unit = units.get(key);
    if (!unit) units.set(key, (unit = { path, member, counts: {} }));
    for (const column of columns) unit.counts[column] = (unit.counts[column] ?? 0) + 1;
  }

  /** Each unit by itself. */
  get blocks(): readonly Block[] {
    return [...this.units.values()].map(blockOf);
  }

  /**
   * The units in a group that need protection, as far as the principal may see the group; of one programme, if that is
   * given. Empty if the principal may see the whole group exactly.
   */
  in(by: GroupKind, key: string, programme?: string): ReadonlySet<Unit> {
    if (this.areExact) return new Set();
    const isIn = ({ member }: PlacedUnit): boolean => {
      if (programme !== undefined && member.programme !== programme) return false;
      const group = this.groups.of(by, member);
      return group?.key === key && this.isSeen(group);
    };
    const found = new Set<Unit>([...this.units.values()].filter(isIn));
    if (found.size > 0 || [...this.exact.values()].some(isIn)) return found;
    // Nothing is known of this group: no block has this unit, so nothing of the group is given.
    return new Set([{ path: [], counts: {} }]);
  }

  private isSeen(group: Group | undefined, record?: string): boolean {
    return group !== undefined && this.reach.covers(group.place, record);
  }

  private scopeOf(member: Member): Scope {
    const { mentor } = member;
    return { ...this.groups.of('school', member)?.place, ...(mentor !== undefined && { mentor }) };
  }
}
