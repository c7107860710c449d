import type { JsonObject } from '../../src/domain/json.ts';
import type { TigerTruth, TigerWorld } from '../../src/sim/tigergraph/contract.ts';

/**
 * What plans say stays when a run is taken back: a backup that it took with its copies and the file that describes it, which do nothing
 * by themselves and are deleted by `/repl backup`, and the record of every command that ran. What of it was there before has to be there still.
 */
const stays = /^\/home\/tigergraph\/(?:backups|replops|\.replops)\//;

type Paths = Readonly<Record<string, string>>;

/** Leaves out what has come since and may stay. */
const without = (now: Paths, begun: Paths, mayStay: (path: string) => boolean): Paths =>
  Object.fromEntries(Object.entries(now).filter(([path]) => path in begun || !mayStay(path)));

const always = (): boolean => true;

/** How to ask what is in the databases and on their hosts, apart from what has come since this call and stays by plan. */
export function truthSince(world: TigerWorld): () => JsonObject {
  const begun = world.truth();
  return () => {
    const { clusters, backups, files, bucket, running }: TigerTruth = world.truth();
    return {
      clusters,
      backups: {
        primary: without(backups.primary, begun.backups.primary, always),
        standby: without(backups.standby, begun.backups.standby, always),
      },
      files: Object.fromEntries(
        Object.entries(files).map(([host, paths]) => [host, without(paths, begun.files[host] ?? {}, (path) => stays.test(path))]),
      ),
      bucket: without(bucket, begun.bucket, always),
      running,
    };
  };
}
