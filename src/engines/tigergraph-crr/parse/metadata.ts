import { z } from 'zod';
import type { VersionView } from '../detail.ts';
import { isTag } from '../names.ts';
import { plain } from './text.ts';
import { versionIn } from './version.ts';

/** One file of a backup, as the backup's own metadata tells it. Null: not told. */
interface BackupFile {
  readonly name: string;
  /** `GPE` or `GSE` with its partition; null for files that belong to none. */
  readonly part: { readonly service: 'GPE' | 'GSE'; readonly partition: number } | null;
  /** Bytes of it as it lies there. */
  readonly size: number | null;
  /** Bytes of what is packed in it. */
  readonly rawSize: number | null;
}

/** What a backup says of itself. Null: it does not tell. */
export interface BackupMetadata {
  readonly tag: string;
  readonly version: VersionView | null;
  /** `FULL`, `INCREMENTAL`, … */
  readonly type: string | null;
  /** The backup that it builds on. */
  readonly base: string | null;
  readonly files: readonly BackupFile[] | null;
}

export type MetadataView = { readonly kind: 'read'; readonly metadata: BackupMetadata } | { readonly kind: 'unread'; readonly why: string };

/** Longest metadata that is read, bytes: some 300 for each file of a backup. */
export const mostMetadata = 524_288;

/** Numbers that are none, and names that nothing is called, are as good as not told. */
const bytes = z.int().min(0).nullable().catch(null);
const word = z.string().max(200).nullable().catch(null);
const instance = z
  .object({ ServiceName: word, Partition: z.int().min(1).max(4_096).nullable().catch(null) })
  .nullable()
  .catch(null);

/** A file of a backup lies in its folder: a name that leads elsewhere is none. */
const fileName = z.string().regex(/^(?!\.{1,2}$)[^/\p{Cc}]{1,200}$/u);

const shape = z.object({
  Tag: z.string().refine(isTag),
  Version: word.default(null),
  Type: word.default(null),
  FullBackup: word.default(null),
  Files: z
    .array(
      z.object({
        Name: fileName,
        Size: bytes.default(null),
        RawSize: bytes.default(null),
        Instance: instance.default(null),
      }),
    )
    .min(1)
    .refine((files) => new Set(files.map(({ Name }) => Name)).size === files.length)
    .nullable()
    .default(null),
});

type Shape = z.infer<typeof shape>;

/** By what it says it is of, or by its name. */
function partOf({ Name, Instance }: NonNullable<Shape['Files']>[number]): BackupFile['part'] {
  const [, named, number] = /^(GPE|GSE)_(\d{1,4})_\d{1,2}\./.exec(Name) ?? [];
  const service = Instance?.ServiceName ?? named;
  const partition = Instance?.Partition ?? (number === undefined ? null : Number(number));
  return (service === 'GPE' || service === 'GSE') && partition !== null ? { service, partition } : null;
}

const unread = (why: string): MetadataView => ({ kind: 'unread', why });

/** What is no JSON is not read. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Reads the file `metadata` of a backup. What it holds beside this is passed over; what it leaves out is not told. Pure; never throws. */
export function parseMetadata(text: string): MetadataView {
  if (Buffer.byteLength(text) > mostMetadata) return unread('the metadata is longer than any backup has');
  const parsed = shape.safeParse(asJson(plain(text).replaceAll('\n', ' ').trim()));
  if (!parsed.success) return unread('the metadata is cut off, or is none');
  const { Tag, Version, Type, FullBackup, Files } = parsed.data;
  return {
    kind: 'read',
    metadata: {
      tag: Tag,
      version: Version === null ? null : versionIn(Version),
      type: Type?.toUpperCase() || null,
      base: FullBackup || null,
      files: Files?.map((file) => ({ name: file.Name, part: partOf(file), size: file.Size, rawSize: file.RawSize })) ?? null,
    },
  };
}
