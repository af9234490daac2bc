import TFLite

/// How the bytes of a whole tensor stand for real numbers: scale (q − zero point).
struct ByteScale: Sendable, Hashable {
  let scale: Float
  let zeroPoint: Int64

  init(scale: Float, zeroPoint: Int64) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// That of a dense tensor of bytes, or nil where its quantisation is missing, by channel or senseless.
  init?(of tensor: Tensor, type: TensorType = .uint8) {
    guard tensor.type == type, tensor.sparsity == nil, !tensor.isVariable, tensor.externalBuffer == 0,
      tensor.newerFields.isEmpty, let quantization = tensor.quantization, quantization.details == nil,
      quantization.newerFields.isEmpty, quantization.scale.count == 1, quantization.zeroPoint.count <= 1,
      let scale = quantization.scale.first, scale.isNormal, scale > 0
    else { return nil }
    zeroPoint = quantization.zeroPoint.first ?? 0
    self.scale = scale
    guard (type == .uint8 ? 0...255 : -128...127).contains(zeroPoint) else { return nil }
  }
}

extension Tensor {
  /// The tensor of uint8 as one of int8, each number 128 lower and standing for the same.
  var signed: Tensor {
    var tensor = self
    tensor.type = .int8
    tensor.quantization?.zeroPoint = [(quantization?.zeroPoint.first ?? 0) - 128]
    return tensor
  }
}

extension Bytes {
  /// Bytes 128 lower, as signed ones: the highest bit turned over.
  var signed: Bytes {
    withUnsafeBytes { source in
      Bytes(
        [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
          for place in 0..<source.count { target[place] = source[place] ^ 0x80 }
          count = source.count
        })
    }
  }
}
