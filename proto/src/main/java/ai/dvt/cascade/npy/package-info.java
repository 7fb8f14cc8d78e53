/**
 * NumPy {@code .npy} files: the tensors of self-tests and reference results.
 *
 * <p>Versions 1 and 2, little-endian {@code f2 f4 f8 i4 i8 u1}, C order, up to 2 GiB. A file is not
 * trusted: every field of its header is checked before anything is allocated. JDK only.
 */
package ai.dvt.cascade.npy;
