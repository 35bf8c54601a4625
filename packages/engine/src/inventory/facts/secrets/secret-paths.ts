const mib = 1024 * 1024;

/** A file of at most this size is read, bytes. */
export const maxSecretFileBytes = 16 * mib;

/** Up to this size every file is read, bytes; larger ones unless their name or mode says that they are no text. */
const alwaysReadBytes = mib;

/** The shortest secret, with what says that it is one, bytes. */
const leastBytes = 8;

const installed =
  /^usr\/(?:share|lib|lib32|lib64|libexec|include|src)\/|^(?:lib|lib64|boot)\/|^var\/lib\/(?:dpkg|apt|rpm|pacman)\/|(?:^|\/)(?:node_modules|site-packages|dist-packages|bower_components|gems|\.cargo\/registry|pkg\/mod|\.m2\/repository|vendor\/bundle|python\d[\w.]*|__pycache__)\//;

/** Whether a package manager, rather than somebody who knows a secret, wrote what lies here. `path` as in a layer. */
export function isInstalled(path: string): boolean {
  return installed.test(path);
}

const aside =
  /\/(?:docs?|man|info|locale|tests?|__tests__|spec|specs|testdata|test_data|test-data|testing|fixtures?|examples?|samples?|demos?|benchmarks?|i18n|zoneinfo|licenses|certdata|dummyserver)\/|\.(?:md|markdown|rst|adoc|html?|pod|texi|po|mo|map|d\.ts)$|[._-](?:test|spec|tests)\.[cm]?[jt]sx?$|\/(?:test_[^/]*|[^/]*_test)\.(?:py|go|rb)$/i;

/** Documentation, tests and examples that came with a package: whatever looks like a secret there is public. */
function isAside(path: string): boolean {
  return isInstalled(path) && aside.test(`/${path}`);
}

const noText =
  /\.(?:so(?:\.[\w.]+)?|[ao]|la|ko|dll|exe|dylib|wasm|node|jar|war|ear|aar|class|zip|gz|tgz|bz2|xz|zst|lz4|lzma|7z|rar|tar|deb|rpm|apk|whl|egg|gem|crate|nupkg|png|jpe?g|gif|webp|ico|bmp|tiff?|avif|mp[34]|ogg|wav|flac|avi|mkv|webm|mov|ttf|otf|woff2?|eot|pdf|pyc|pyo|mo|gmo|db|sqlite3?|mdb|rdb|parquet|npy|npz|pkl|h5|onnx|pt|pth|safetensors|gguf|dat|bin|img|iso|qcow2|squashfs|vmdk|dict|hash|cache|idx|pack|elc|mmdb)$/i;

/** Whether the body of a file is read for secrets. */
export function isReadForSecrets(path: string, size: number, mode: number): boolean {
  if (size < leastBytes || size > maxSecretFileBytes || isAside(path)) return false;
  return !noText.test(path) && (size <= alwaysReadBytes || maybeText(path, mode));
}

/** Whether a file would have been read, were it not so large. */
export function isTooLargeForSecrets(path: string, size: number, mode: number): boolean {
  return size > maxSecretFileBytes && !isAside(path) && !noText.test(path) && maybeText(path, mode);
}

/** Programs of more than a mebibyte are compiled. */
function maybeText(path: string, mode: number): boolean {
  return (mode & 0o111) === 0 || /\.(?:sh|bash|py|pl|rb|[cm]?js|ts|php|json|ya?ml|env|conf|txt|log|sql)$/i.test(path);
}
