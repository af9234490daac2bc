import Torch

/// One of a network's weights, and what training does with it.
struct NetworkWeight {
  enum Role {
    /// Of a pointwise or a full convolution or a projection: decays.
    case kernel
    /// Follows its gradient only.
    case free
    /// A mean or a variance of batch normalisation, which follows the batches.
    case statistic
  }

  let name: String
  let role: Role
  let isBase: Bool
  let tensor: TorchTensor
}
