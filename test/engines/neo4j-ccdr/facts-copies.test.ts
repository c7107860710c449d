import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/domain/observation.ts';
import { aCopy, aDetail, anObservation, aSource, aStandby, gone, replicaCopies, standardCopies } from './build.ts';

const copiesIn = (detail: ReturnType<typeof aDetail>) =>
  anObservation(detail)
    .facts.filter(({ name }) => name.includes('.copy.'))
    .map(({ label, value }) => `${label}: ${value}`);

describe('the copies of both sides', () => {
  it('are told one by one, with what each is, does and has', () => {
    expect(copiesIn(aDetail())).toEqual([
      'Copy of graph-east on 127.0.0.1:17681: standard primary, the writer; read-write; online; transaction 48213',
      'Copy of graph-east on 127.0.0.1:17682: standard primary; read-write; online; transaction 48213',
      'Copy of graph-east on 127.0.0.1:17683: standard primary; read-write; online; transaction 48213',
      'Copy of graph-west on 127.0.0.1:27681: replica primary; read-only; online; transaction 48201, 12 transactions behind',
      'Copy of graph-west on 127.0.0.1:27682: replica primary; read-only; online; transaction 48201, 12 transactions behind',
      'Copy of graph-west on 127.0.0.1:27683: replica primary; read-only; online; transaction 48201, 12 transactions behind',
    ]);
  });

  it('are told with the status that was asked for and the words of the server, where something is wrong', () => {
    const broken = aCopy({
      ...replicaCopies()[0],
      role: 'unknown',
      currentStatus: 'offline',
      message: 'Unable to start database.',
      lastTxn: null,
    });
    const lost = aCopy({ ...replicaCopies()[1], address: null, currentStatus: 'unknown', message: 'Server is unavailable', lastTxn: null });
    const told = copiesIn(aDetail(aSource(), aStandby([broken, lost])));
    expect(told.slice(3)).toEqual([
      'Copy of graph-west on 127.0.0.1:27681: replica copy of unknown role; read-only; offline (asked for: online): Unable to start database.; tells no transaction',
      'Copy of graph-west on server w2: replica primary; read-only; unknown (asked for: online): Server is unavailable; tells no transaction',
    ]);
  });

  it('are told without a distance when the other side does not answer, and bind no approval', () => {
    expect(copiesIn(aDetail(gone))[0]).toMatch(/; transaction 48201$/);
    const moved = aStandby(replicaCopies({ lastTxn: '48202' }));
    expect(fingerprintOf(anObservation(aDetail(aSource(), moved)).facts)).toBe(fingerprintOf(anObservation(aDetail()).facts));
  });

  it('of a side that nobody follows are measured by its own newest', () => {
    const late = [...standardCopies().slice(0, 2), aCopy({ server: 'e3', address: 'e3:7687', lastTxn: '48200' })];
    const detail = aDetail(aSource(late), aStandby([], { database: null }));
    expect(copiesIn(detail)[2]).toMatch(/transaction 48200, 13 transactions behind the newest copy$/);
  });
});
