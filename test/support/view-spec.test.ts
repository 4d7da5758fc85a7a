import { type RecordedEvent, type RowFold, viewsOf } from '@waymark/core/kernel';
import type { DomainEvents } from '@waymark/modules/domain';
import { consented, PUPIL, referred } from './given';
import { event } from './spec';
import { viewSpec } from './view-spec';

interface Row {
  readonly consents: readonly string[];
  readonly by?: string | undefined;
}

const viewWith = (fold: RowFold<Row, RecordedEvent<'ConsentGiven', DomainEvents['ConsentGiven']>>) =>
  viewsOf<DomainEvents>()<Row>({
    name: 'consents',
    version: 1,
    indexes: [],
    key: ({ metadata }) => metadata.subject ?? 'nobody',
    on: { ConsentGiven: fold, PupilErased: () => null },
  });

const recording = { stream: ['journey', '1'], subject: PUPIL } as const;
const sound = viewWith((row, { stream, revision, position, metadata: { recordedAt, actor } }) => ({
  consents: [...(row?.consents ?? []), [stream, revision, position, recordedAt, actor].join(' ')],
}));

const erased = event('PupilErased', '2026-02-15', { ground: 'NO_LONGER_NEEDED', on: '2026-02-15' });

describe('a spec of a view', () => {
  it('folds events as if they had been recorded in their streams, in order', () => {
    const spec = viewSpec(sound, recording)
      .ignoring('PupilReferred')
      .given(referred, consented)
      .in({ stream: ['journey', '2'], actor: 'somebody', recordedAt: '2026-02-16T09:00:00.000Z' })
      .given(consented, consented);
    expect(spec.row(PUPIL)).toStrictEqual({
      consents: [
        'journey-1 1 1 2026-02-15T09:00:00.000Z tester',
        'journey-2 0 2 2026-02-16T09:00:00.000Z somebody',
        'journey-2 1 3 2026-02-16T09:00:00.000Z somebody',
      ],
    });
    expect([...spec.in({ subject: 'another' }).given(consented).rows().keys()]).toEqual([PUPIL, 'another']);
  });

  it('has no row for a deleted one', () => {
    expect(viewSpec(sound, recording).given(consented, erased).rows()).toEqual(new Map());
  });

  it('fails for an event without a fold, unless the event is ignored', () => {
    const spec = viewSpec(sound, recording);
    expect(() => spec.given(referred).rows()).toThrow('view consents has no fold for PupilReferred');
    expect(spec.ignoring('PupilReferred').given(referred).rows()).toEqual(new Map());
    expect(() => spec.ignoring('ConsentGiven')).toThrow('ConsentGiven');
  });

  it('records which types of events have changed a row', () => {
    const exercised = new Set<string>();
    viewSpec(sound, recording, exercised).given(erased).rows();
    expect(exercised).toEqual(new Set());
    viewSpec(sound, recording, exercised).given(consented, erased).rows();
    expect(exercised).toEqual(new Set(['ConsentGiven', 'PupilErased']));
  });

  it.each([
    [
      'changes a row in place',
      viewWith((row) => {
        (row?.consents as string[] | undefined)?.push('again');
        return row ?? { consents: [] };
      }),
    ],
    [
      'changes an event',
      viewWith((row, { data }) => {
        (data as { on: string }).on = 'another day';
        return row ?? { consents: [] };
      }),
    ],
    [
      'makes a row that changes when it is stored as JSON',
      viewWith((row) => ({ consents: [], ...(row && 'by' in row ? { by: 'PUPIL' } : { by: undefined }) })),
    ],
  ])('fails if a fold %s', (_, view) => {
    expect(() => viewSpec(view, recording).given(consented, consented).rows()).toThrow();
  });
});
