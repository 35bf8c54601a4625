import { statSync } from 'node:fs';
import { join } from 'node:path';
import { splitName } from '../archive-path.ts';
import { fileError, OpenFile, readWhole } from '../blob.ts';
import { contentOfBlob } from '../content-digest.ts';
import { ImageError } from '../error.ts';
import { describedPlan, type ImagePlan } from '../image-plan.ts';
import type { Members } from '../members.ts';
import { hasOciIndex, planOciLayout } from '../oci-layout.ts';
import { type DescribeContext, type ReadContext, readPlannedImage } from '../read-layers.ts';
import type { ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource, ImageUse } from './source.ts';

/** `oci-layout:DIRECTORY[:NAME]` */
export const ociLayoutSource: ImageSource = {
  prefix: 'oci-layout',
  read: readOciLayout,
  describe: describeOciLayout,
};

async function describeOciLayout<R>(target: string, context: DescribeContext, use: ImageUse<R>): Promise<R> {
  const { path, plan } = planOf(target, context);
  return use(
    describedPlan(plan, context.reference, async (layer, what) => {
      const file = new OpenFile(join(path, layer.member));
      try {
        return await contentOfBlob({ file, start: 0, size: file.size }, layer, what, context);
      } finally {
        file.close();
      }
    }),
  );
}

function planOf(target: string, context: DescribeContext): { readonly path: string; readonly plan: ImagePlan } {
  const { path, name } = splitName(target);
  if (!isDirectory(path)) {
    throw new ImageError('NOT_AN_IMAGE', `${path}: not a directory; for a tar say oci-archive:${path}`);
  }
  const members = directoryMembers(path);
  if (!hasOciIndex(members)) {
    throw new ImageError('NOT_AN_IMAGE', `${path}: no OCI layout (it has no index.json)`);
  }
  return { path, plan: planOciLayout(members, choiceOf(context, name), 'oci-layout') };
}

async function readOciLayout<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { path, plan } = planOf(target, context);
  const open = new Map<string, OpenFile>();
  const close = () => {
    for (const file of open.values()) {
      file.close();
    }
  };
  try {
    return await readPlannedImage(
      plan,
      ({ member }) => {
        const file = open.get(member) ?? new OpenFile(join(path, member));
        open.set(member, file);
        return { file, start: 0, size: file.size };
      },
      context,
      close,
    );
  } catch (error) {
    close();
    throw error;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Names come from this room alone (`index.json`, `blobs/sha256/HEX`), so that none leaves the directory. */
function directoryMembers(directory: string): Members {
  return {
    what: directory,
    find(name) {
      const stat = statSync(join(directory, name), { throwIfNoEntry: false });
      return stat?.isFile() ? { name, size: stat.size } : undefined;
    },
    read(name, maxBytes) {
      const file = new OpenFile(join(directory, name));
      try {
        return readWhole({ file, start: 0, size: file.size }, maxBytes, `${directory}: ${name}`);
      } finally {
        file.close();
      }
    },
  };
}
