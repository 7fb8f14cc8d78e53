/**
 * What a downstream stage makes of the upstream's tokens and attention logits (Wang et al., Not All
 * Images are Worth 16x16 Words, section 3.2).
 *
 * <p>Calls {@code nn} and {@code onnx}; the variants of Tables 7 and 8 are different weights and
 * constants for the same classes.
 */
package ai.dvt.exporter.nn.reuse;
