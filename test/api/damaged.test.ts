import { join } from 'node:path';
import Database from 'better-sqlite3';
import { temporaryDirectory } from '../support/stores';
import { SCHOOL, school, serve } from './client';

const path = `schools/${SCHOOL}/register-school`;

it.each([
  ['STREAM_CHANGED', `UPDATE events SET data = replace(data, 'Blackpool', 'Elsewhere')`],
  ['STREAM_CHANGED', `UPDATE events SET data = replace(data, '{', 'Elsewhere')`],
  ['STREAM_INCOMPLETE', 'DELETE FROM events'],
])(
  'a command on a damaged stream is answered with 503 %s, and the reason is logged',
  async (code, statement) => {
    const data = temporaryDirectory();
    const before = await serve(data);
    await before.send(path, school).expect(200);
    await before.send(path, { ...school, name: 'Bay School' }).expect(200);
    const { send, get, logged } = await serve(data, { work: false });
    const db = new Database(join(data, 'events.sqlite'));
    db.exec(`${statement} WHERE stream = 'school-${SCHOOL}' AND revision = 0`);
    const events = () => db.prepare('SELECT count(*) FROM events').pluck().get();
    const count = events();

    const answer = await send(path, { ...school, name: 'Harbour School' });
    expect([answer.status, answer.body.code]).toEqual([503, code]);
    expect(answer.text).not.toContain('Elsewhere');
    expect(logged.join()).toContain(`"stream":"school-${SCHOOL}"`);
    expect(logged.join()).not.toContain('Elsewhere');
    expect(events()).toBe(count);
    db.close();
    await get('kpis?by=area').expect(200);
  },
);
