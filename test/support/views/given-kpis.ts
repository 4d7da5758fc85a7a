import { everywhere } from '@waymark/core/access';
import { type KpiQuery, kpisBy } from '@waymark/modules/insights/kpis';
import type { PublishedRates } from '@waymark/modules/insights/published-rates';
import { type KpiRow, pupilOutcomes } from '@waymark/modules/insights/views/pupil-outcomes';
import { MENTOR, PROGRAMME, SCHOOL } from '../given';
import { kept, rowsOf } from '../kept-rows';
import { directory } from './given';

/** Journeys for KPIs: one that was only referred, and one that has advanced far. */

type Journey = KpiRow['journeys'][string];

export const referred: Journey = {
  programme: PROGRAMME,
  school: SCHOOL,
  referred: '2025-09-19',
  sessions: {},
};
export const far: Journey = {
  ...referred,
  mentor: MENTOR,
  eligible: '2025-10-25',
  consented: '2025-10-26',
  allocated: '2025-10-27',
  completed: '2026-02-10',
  sessions: {
    a: { on: '2025-11-10', minutes: 60 },
    b: { on: '2025-11-03', minutes: 45 },
    g: { on: '2025-11-24', minutes: 30 },
    c: { on: '2025-10-30', notHeld: 'acceptable' },
    d: { on: '2025-11-17', notHeld: 'unacceptable' },
    e: { on: '2025-11-18', notHeld: 'unacceptable' },
    f: { on: '2025-11-19', notHeld: 'logistics' },
  },
};

export const rate = (name: string, absencePercent: number | null) => ({ name, absencePercent });
export const published: PublishedRates = {
  localAuthorities: new Map([['890', rate('Blackpool', 10.5)]]),
  regions: new Map([
    ['North West', rate('North West', 9.25)],
    ['South East', rate('South East', null)],
  ]),
};

const rowsWith = (rows: Readonly<Record<string, KpiRow>>) => rowsOf(...directory, kept(pupilOutcomes, rows));
export const kpis = (rows: Readonly<Record<string, KpiRow>>, query: KpiQuery, covers = everywhere) =>
  kpisBy(rowsWith(rows), published, query, covers);
