// Importing Imprinting also imports the embedding sets and head methods of Heads, and the extractor of Inference.
@_exported public import Heads
@_exported public import Inference
