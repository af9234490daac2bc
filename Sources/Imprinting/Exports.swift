// Whoever imports Imprinting also sees the embedding sets and head methods of Heads, and the extractor of Inference.
@_exported public import Heads
@_exported public import Inference
