/// A field of a table, by its place in the schema.
struct Field: Sendable {
  let slot: Int
  let name: String

  init(_ slot: Int, _ name: String) {
    self.slot = slot
    self.name = name
  }
}

enum ModelFields {
  static let version = Field(0, "version")
  static let operatorCodes = Field(1, "operator_codes")
  static let subgraphs = Field(2, "subgraphs")
  static let description = Field(3, "description")
  static let buffers = Field(4, "buffers")
  static let metadataBuffer = Field(5, "metadata_buffer")
  static let metadata = Field(6, "metadata")
  static let signatureDefs = Field(7, "signature_defs")
  static let externalBufferGroups = Field(8, "external_buffer_groups")
  static let externalBuffers = Field(9, "external_buffers")
  static let count = 10
}

enum OperatorCodeFields {
  static let deprecatedBuiltinCode = Field(0, "deprecated_builtin_code")
  static let customCode = Field(1, "custom_code")
  static let version = Field(2, "version")
  static let builtinCode = Field(3, "builtin_code")
  static let count = 4
}

enum SubGraphFields {
  static let tensors = Field(0, "tensors")
  static let inputs = Field(1, "inputs")
  static let outputs = Field(2, "outputs")
  static let operators = Field(3, "operators")
  static let name = Field(4, "name")
  static let debugMetadataIndex = Field(5, "debug_metadata_index")
  static let count = 6
}

enum TensorFields {
  static let shape = Field(0, "shape")
  static let type = Field(1, "type")
  static let buffer = Field(2, "buffer")
  static let name = Field(3, "name")
  static let quantization = Field(4, "quantization")
  static let isVariable = Field(5, "is_variable")
  static let sparsity = Field(6, "sparsity")
  static let shapeSignature = Field(7, "shape_signature")
  static let hasRank = Field(8, "has_rank")
  static let variantTensors = Field(9, "variant_tensors")
  static let externalBuffer = Field(10, "external_buffer")
  static let count = 11
}

enum QuantizationParametersFields {
  static let min = Field(0, "min")
  static let max = Field(1, "max")
  static let scale = Field(2, "scale")
  static let zeroPoint = Field(3, "zero_point")
  static let detailsType = Field(4, "details_type")
  static let details = Field(5, "details")
  static let quantizedDimension = Field(6, "quantized_dimension")
  static let count = 7
}

enum CustomQuantizationFields {
  static let custom = Field(0, "custom")
  static let count = 1
}

enum BlockwiseQuantizationFields {
  static let scales = Field(0, "scales")
  static let zeroPoints = Field(1, "zero_points")
  static let blockSize = Field(2, "block_size")
  static let blockShape = Field(3, "block_shape")
  static let count = 4
}

enum MultiAxisQuantizationFields {
  static let scales = Field(0, "scales")
  static let zeroPoints = Field(1, "zero_points")
  static let blockSize = Field(2, "block_size")
  static let quantizedDimensions = Field(3, "quantized_dimensions")
  static let count = 4
}

enum SparsityParametersFields {
  static let traversalOrder = Field(0, "traversal_order")
  static let blockMap = Field(1, "block_map")
  static let dimMetadata = Field(2, "dim_metadata")
  static let count = 3
}

enum DimensionMetadataFields {
  static let format = Field(0, "format")
  static let denseSize = Field(1, "dense_size")
  static let arraySegmentsType = Field(2, "array_segments_type")
  static let arraySegments = Field(3, "array_segments")
  static let arrayIndicesType = Field(4, "array_indices_type")
  static let arrayIndices = Field(5, "array_indices")
  static let count = 6
}

enum SparseIndexVectorFields {
  static let values = Field(0, "values")
  static let count = 1
}

enum VariantSubTypeFields {
  static let shape = Field(0, "shape")
  static let type = Field(1, "type")
  static let hasRank = Field(2, "has_rank")
  static let count = 3
}

enum OperatorFields {
  static let opcodeIndex = Field(0, "opcode_index")
  static let inputs = Field(1, "inputs")
  static let outputs = Field(2, "outputs")
  static let optionsType = Field(3, "builtin_options_type")
  static let options = Field(4, "builtin_options")
  static let customOptions = Field(5, "custom_options")
  static let customOptionsFormat = Field(6, "custom_options_format")
  static let mutatingVariableInputs = Field(7, "mutating_variable_inputs")
  static let intermediates = Field(8, "intermediates")
  static let largeCustomOptionsOffset = Field(9, "large_custom_options_offset")
  static let largeCustomOptionsSize = Field(10, "large_custom_options_size")
  static let options2Type = Field(11, "builtin_options_2_type")
  static let options2 = Field(12, "builtin_options_2")
  static let debugMetadataIndex = Field(13, "debug_metadata_index")
  static let count = 14
}

enum BufferFields {
  static let data = Field(0, "data")
  static let offset = Field(1, "offset")
  static let size = Field(2, "size")
  static let count = 3
}

enum ExternalBufferFields {
  static let id = Field(0, "id")
  static let group = Field(1, "group")
  static let offset = Field(2, "offset")
  static let length = Field(3, "length")
  static let packing = Field(4, "packing")
  static let count = 5
}

enum ExternalBufferGroupFields {
  static let name = Field(0, "name")
  static let count = 1
}

enum MetadataFields {
  static let name = Field(0, "name")
  static let buffer = Field(1, "buffer")
  static let count = 2
}

enum TensorMapFields {
  static let name = Field(0, "name")
  static let tensorIndex = Field(1, "tensor_index")
  static let count = 2
}

enum SignatureDefFields {
  static let inputs = Field(0, "inputs")
  static let outputs = Field(1, "outputs")
  static let signatureKey = Field(2, "signature_key")
  static let deprecatedTag = Field(3, "deprecated_tag")
  static let subgraphIndex = Field(4, "subgraph_index")
  static let count = 5
}
