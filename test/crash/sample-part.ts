import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageFile } from '@waymark/platform';

type Cells = readonly string[];

/**
 * One area of the sample programme, so that an import takes seconds. It is changed so that every outcome of an import
 * occurs: a school without a mentor and others with two, pupils without a session that would show their mentor, sessions of
 * another area among the others. The register is ordered by day, as schools keep it, so that each chunk has marks of every
 * pupil.
 */
export function partOfSample(folder: string): string[] {
  const write = (file: string, change: (rows: Cells[]) => Cells[] = (rows) => rows): string => {
    // Latin-1 keeps every byte, whatever the encoding of the file.
    const [header, ...lines] = readFileSync(packageFile('data', 'sample', file), 'latin1').split(/\r?\n/);
    const rows = change(lines.filter(Boolean).map((line) => line.split(',')));
    const path = join(folder, basename(file));
    writeFileSync(path, [header, ...rows.map((cells) => cells.join(',')), ''].join('\n'), 'latin1');
    return path;
  };
  return [
    write('programme.json'),
    write('schools.csv'),
    write('mentors.csv', (rows) => {
      const left = rows.filter(([mentor]) => mentor !== 'M-890-4');
      return [...left, ...left.map(([mentor = '', ...rest]) => [`${mentor}-second`, ...rest])];
    }),
    write('referrals.csv', (rows) => rows.filter(([upn]) => isOfArea(upn))),
    write('registers/blackpool.csv', (rows) =>
      rows.sort(([, , a = ''], [, , b = '']) => (a < b ? -1 : a > b ? 1 : 0)),
    ),
    write('registers/blackpool-corrections.csv'),
    write('sessions.csv', (rows) =>
      rows.filter(([upn, mentor]) => (isOfArea(upn) && !isThird(upn)) || mentor === 'M-926-1'),
    ),
  ];
}

const isOfArea = (upn = ''): boolean => upn.slice(1, 4) === '890';
const isThird = (upn = ''): boolean => Number(upn.slice(-3)) % 3 === 0;
