extension OptionsSchema {
  static let builtinOptions2: [OptionsTable] = [
    OptionsTable("StablehloConcatenateOptions", [.long("dimension")]),
    OptionsTable("StablehloBroadcastInDimOptions", [.longs("broadcast_dimensions")]),
    OptionsTable("StablehloSliceOptions", [.longs("start_indices"), .longs("limit_indices"), .longs("strides")]),
    OptionsTable(
      "StablehloConvolutionOptions",
      [
        .longs("window_strides"), .longs("padding"), .longs("lhs_dilation"), .longs("rhs_dilation"),
        .bools("window_reversal"), .long("input_batch_dimension"), .long("input_feature_dimension"),
        .longs("input_spatial_dimensions"), .long("kernel_input_feature_dimension"),
        .long("kernel_output_feature_dimension"), .longs("kernel_spatial_dimensions"),
        .long("output_batch_dimension"), .long("output_feature_dimension"), .longs("output_spatial_dimensions"),
        .long("feature_group_count"), .long("batch_group_count"),
        .choice("precision_config", .uint32s, of: precisions),
      ]),
    OptionsTable(
      "StablehloCustomCallOptions",
      [
        .string("call_target_name"), .bool("has_side_effect"), .string("backend_config"), .int("api_version"),
        .subgraph("called_computations", .int32s), .bytes("custom_attributes"),
      ]),
    OptionsTable("StablehloReduceOptions", [.longs("dimensions"), .subgraph("body_subgraph_index")]),
    OptionsTable(
      "StablehloScatterOptions",
      [
        .bool("indices_are_sorted"), .longs("update_window_dims"), .longs("inserted_window_dims"),
        .longs("scatter_dims_to_operand_dims"), .long("index_vector_dim"), .bool("unique_indices"),
        .subgraph("update_computation_subgraph_index"),
      ]),
    OptionsTable(
      "StablehloCompareOptions",
      [
        .choice("comparison_direction", .uint32, of: comparisons),
        .choice("compare_type", .uint32, of: comparisonTypes),
      ]),
    OptionsTable("StablehloDynamicSliceOptions", [.longs("slice_sizes")]),
    OptionsTable(
      "StablehloPadOptions",
      [
        .longs("edge_padding_low"), .longs("edge_padding_high"), .longs("interior_padding"),
      ]),
    OptionsTable("StablehloIotaOptions", [.long("iota_dimension")]),
    OptionsTable(
      "StablehloDotGeneralOptions",
      [
        .longs("lhs_batching_dimensions"), .longs("rhs_batching_dimensions"), .longs("lhs_contracting_dimensions"),
        .longs("rhs_contracting_dimensions"), .choice("precision_config", .uint32s, of: precisions),
      ]),
    OptionsTable(
      "StablehloReduceWindowOptions",
      [
        .longs("window_dimensions"), .longs("window_strides"), .longs("base_dilations"), .longs("window_dilations"),
        .longs("padding"), .subgraph("body_subgraph_index"),
      ]),
    OptionsTable(
      "StablehloSortOptions",
      [
        .long("dimension"), .bool("is_stable"), .subgraph("comparator_subgraph_index"),
      ]),
    OptionsTable("StablehloWhileOptions", [.subgraph("cond_subgraph_index"), .subgraph("body_subgraph_index")]),
    OptionsTable(
      "StablehloGatherOptions",
      [
        .longs("offset_dims"), .longs("collapsed_slice_dims"), .longs("start_index_map"), .long("index_vector_dim"),
        .longs("slice_sizes"), .bool("indices_are_sorted"),
      ]),
    OptionsTable("StablehloTransposeOptions", [.longs("permutation")]),
    OptionsTable("DilateOptions"),
    OptionsTable("StablehloRngBitGeneratorOptions", [.choice("algorithm", of: randomAlgorithms)]),
    OptionsTable("ReduceWindowOptions", [.choice("reduce_function", .int32, of: windowFunctions)]),
    OptionsTable(
      "StableHLOCompositeOptions",
      [
        .string("name"), .subgraph("decomposition_subgraph_index", isOptional: true), .bytes("composite_attributes"),
        .choice("composite_attributes_format", of: CustomOptionsFormat.names), .int("version"),
      ]),
    OptionsTable("StablehloShiftLeftOptions"),
    OptionsTable("StablehloCaseOptions", [.subgraph("branch_subgraph_indices", .int32s)]),
  ]
}
