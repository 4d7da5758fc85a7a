import { parse } from 'csv-parse/sync';
import { percentOf } from '@waymark/modules/shared/counts';

/** A rate published by the Department for Education for one year, recalculated from the published counts. */
export interface PublishedRate {
  readonly name: string;
  readonly absencePercent: number | null;
}

/** Published absence in secondary schools, by local authority code and by region. */
export interface PublishedRates {
  readonly localAuthorities: ReadonlyMap<string, PublishedRate>;
  readonly regions: ReadonlyMap<string, PublishedRate>;
}

/** Read the Department's attendance table; its columns are described in `data/README.md`. */
export function readPublishedRates(csv: Buffer | string): PublishedRates {
  const table: Record<string, string>[] = parse(csv, { columns: true, bom: true });
  const of = (level: string, code: string, name: string): Map<string, PublishedRate> =>
    new Map(
      table
        .filter((row) => row['geographic_level'] === level && row['education_phase'] === 'Secondary')
        .map((row) => [
          row[code] ?? '',
          {
            name: row[name] ?? '',
            absencePercent: percentOf(Number(row['overall_absence']), Number(row['possible_sessions'])),
          },
        ]),
    );
  return {
    localAuthorities: of('Local authority', 'old_la_code', 'la_name'),
    regions: of('Regional', 'region_name', 'region_name'),
  };
}
