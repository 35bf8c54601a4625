/** Of a larger file its first bytes are searched. */
export const maxSecretFileBytes = 16 * 1024 * 1024;
/** The shortest secret, with what says that it is one, bytes. */
const leastBytes = 8;

const installed =
  /^usr\/(?:share|lib|lib32|lib64|libexec|include|src)\/|^(?:lib|lib64|boot)\/|^var\/lib\/(?:dpkg|apt|rpm|pacman)\/|(?:^|\/)(?:node_modules|site-packages|dist-packages|bower_components|gems|\.cargo\/registry|pkg\/mod|\.m2\/repository|vendor\/bundle|python\d[\w.]*|__pycache__)\//;

/** Whether a package manager, rather than somebody who knows a secret, wrote what lies here. `path` as in a layer. */
export function isInstalled(path: string): boolean {
  return placeOf(path).installed;
}

const asideFolder =
  /\/(?:docs?|man|info|locale|tests?|__tests__|spec|specs|testdata|test_data|test-data|testing|fixtures?|examples?|samples?|demos?|benchmarks?|i18n|zoneinfo|licenses|certdata|dummyserver)\//i;
const asideName =
  /\.(?:md|markdown|rst|adoc|html?|pod|texi|po|mo|map|d\.ts)$|[._-](?:test|spec|tests)\.[cm]?[jt]sx?$|^(?:test_.*|.*_test)\.(?:py|go|rb)$/i;

interface Place {
  readonly folder: string;
  readonly installed: boolean;
  /** of documentation, tests or examples that came with a package */
  readonly aside: boolean;
}

/** That of the last file: those of one folder come one after the other. */
let last: Place = { folder: '', installed: false, aside: false };

function placeOf(path: string): Place {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  if (folder !== last.folder) {
    const isIn = installed.test(folder);
    last = { folder, installed: isIn, aside: isIn && asideFolder.test(`/${folder}`) };
  }
  return last;
}

/** Documentation, tests and examples that came with a package: whatever looks like a secret there is public. */
function isAside(path: string): boolean {
  const place = placeOf(path);
  return place.aside || (place.installed && asideName.test(path.slice(place.folder.length)));
}

/** Of a file that is no text, by the end of its name. */
const noText = new Set(
  `so a o la ko dll exe dylib wasm node jar war ear aar class zip gz tgz bz2 xz zst lz4 lzma 7z rar tar deb rpm
   apk whl egg gem crate nupkg png jpg jpeg gif webp ico bmp tif tiff avif mp3 mp4 ogg wav flac avi mkv webm mov
   ttf otf woff woff2 eot pdf pyc pyo mo gmo sqlite sqlite3 mdb rdb parquet npy npz pkl h5 onnx pt pth
   safetensors gguf img iso qcow2 squashfs vmdk pack elc mmdb`.split(/\s+/),
);

function isNoText(path: string): boolean {
  const end = path.slice(path.lastIndexOf('.') + 1);
  return noText.has(end) || noText.has(end.toLowerCase()) || /\.so\.[\w.]+$/i.test(path);
}

/** Whether the body of a file is read for secrets, if it begins as a text. */
export function isReadForSecrets(path: string, size: number): boolean {
  return size >= leastBytes && !isAside(path) && !isNoText(path);
}
