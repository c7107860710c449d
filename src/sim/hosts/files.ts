import { posix } from 'node:path';

interface FileNode {
  readonly kind: 'file';
  bytes: Buffer;
  mode: number;
  /** When its bytes were changed last, ms since the epoch. */
  changedAt: number;
}
interface FolderNode {
  readonly kind: 'folder';
  mode: number;
}
export type Node = FileNode | FolderNode;

/** What the system calls answer; the words are libc's. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

export const noEntry = 'No such file or directory';

/** The files of one host, in memory. Paths are absolute. A file keeps its identity when it is renamed, as an inode does. */
export interface HostFiles {
  /** Throws FileError. */
  read(path: string): string;
  /** Makes the folders on the way. */
  write(path: string, text: string): void;
  makeFolder(path: string): void;
  /** With everything in it; nothing happens when it isn't there. */
  remove(path: string): void;
  exists(path: string): boolean;
  list(folder: string): readonly string[];
  /** Throws FileError. `at`: ms since the epoch. */
  touch(path: string, at: number): void;
  /** Nothing in the folder can be made, renamed or removed while it is on. */
  protect(folder: string, on: boolean): void;
  /** Writing ends with `No space left on device` while it is on. */
  fill(on: boolean): void;
}

/** What the commands of a host use; they are told what goes wrong. */
export interface FileSystem extends HostFiles {
  node(path: string): Node | null;
  /** Opens for writing: made if need be, emptied unless `append`. */
  open(path: string, append: boolean, mode: number): FileNode;
  append(file: FileNode, bytes: Buffer): void;
  mkdir(path: string, mode: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  paths(): readonly string[];
}

const parentOf = (path: string): string => posix.dirname(path);

/** `now`: ms since the epoch. */
export function createFiles(now: () => number): FileSystem {
  const nodes = new Map<string, Node>([['/', { kind: 'folder', mode: 0o755 }]]);
  const guarded = new Set<string>();
  let full = false;

  const inFolder = (path: string): void => {
    const parent = nodes.get(parentOf(path));
    if (parent === undefined) throw new FileError(noEntry);
    if (parent.kind !== 'folder') throw new FileError('Not a directory');
  };
  const mayChange = (path: string): void => {
    inFolder(path);
    if (guarded.has(parentOf(path))) throw new FileError('Permission denied');
  };
  const list = (folder: string): readonly string[] => {
    const prefix = folder === '/' ? '/' : `${folder}/`;
    return [...nodes.keys()].filter((path) => path !== '/' && path.startsWith(prefix) && !path.slice(prefix.length).includes('/')).sort();
  };
  const makeFolder = (path: string): void => {
    if (path !== '/') makeFolder(parentOf(path));
    if (!nodes.has(path)) nodes.set(path, { kind: 'folder', mode: 0o755 });
  };
  const fileAt = (path: string): FileNode => {
    const node = nodes.get(path);
    if (node === undefined) throw new FileError(noEntry);
    if (node.kind === 'folder') throw new FileError('Is a directory');
    return node;
  };
  return {
    read: (path) => fileAt(path).bytes.toString('utf8'),
    write: (path, text) => {
      makeFolder(parentOf(path));
      nodes.set(path, { kind: 'file', bytes: Buffer.from(text), mode: 0o644, changedAt: now() });
    },
    makeFolder,
    remove: (path) => {
      for (const each of [...nodes.keys()]) if (each === path || each.startsWith(`${path}/`)) nodes.delete(each);
    },
    exists: (path) => nodes.has(path),
    list,
    touch: (path, at) => {
      fileAt(path).changedAt = at;
    },
    protect: (folder, on) => void (on ? guarded.add(folder) : guarded.delete(folder)),
    fill: (on) => {
      full = on;
    },
    node: (path) => nodes.get(path) ?? null,
    paths: () => [...nodes.keys()],
    open: (path, append, mode) => {
      const there = nodes.get(path);
      if (there === undefined) {
        mayChange(path);
        const made: FileNode = { kind: 'file', bytes: Buffer.alloc(0), mode, changedAt: now() };
        nodes.set(path, made);
        return made;
      }
      const file = fileAt(path);
      if (!append) Object.assign(file, { bytes: Buffer.alloc(0), changedAt: now() });
      return file;
    },
    append: (file, bytes) => {
      if (full && bytes.length > 0) throw new FileError('No space left on device');
      Object.assign(file, { bytes: Buffer.concat([file.bytes, bytes]), changedAt: now() });
    },
    mkdir: (path, mode) => {
      if (nodes.has(path)) throw new FileError('File exists');
      mayChange(path);
      nodes.set(path, { kind: 'folder', mode });
    },
    rename: (from, to) => {
      const file = fileAt(from);
      mayChange(from);
      mayChange(to);
      if (nodes.get(to)?.kind === 'folder') throw new FileError('Is a directory');
      nodes.delete(from);
      nodes.set(to, file);
    },
    unlink: (path) => {
      if (!nodes.has(path)) throw new FileError(noEntry);
      mayChange(path);
      nodes.delete(path);
    },
  };
}
