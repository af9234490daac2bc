import Testing
import Torch

@Suite("libtorch tensors", .enabled(if: TorchLibrary.isInstalled, "scripts/setup --training installs libtorch"))
struct TorchTensorTests {
  let torch: Torch

  init() throws { torch = try Torch(TorchLibrary(), threads: 1) }

  @Test("Elements round-trip")
  func elements() throws {
    let tensor = try torch.tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(try tensor.elements() == [1, 2, 3, 4, 5, 6])
    #expect(try tensor.range() == (1, 6))
    #expect(throws: TorchError.self) { try torch.tensor([1, 2], shape: [3]) }
    #expect(throws: TorchError.self) { try tensor.number() }
  }

  @Test("Computes gradients")
  func gradients() throws {
    // d/dx of x · x / 2 + 3 x at 4 is 7.
    let x = try torch.tensor([4], shape: [1])
    try x.requireGradient()
    let half = try torch.tensor([0.5], shape: [1])
    let three = try torch.tensor([3], shape: [1])
    let y = try x.multiplied(by: x).multiplied(by: half).adding(x.multiplied(by: three))
    try y.backward()
    #expect(try x.gradient?.elements() == [7])
    try x.clearGradient()
    #expect(x.gradient == nil)
    #expect(try torch.withoutGradients { try x.multiplied(by: x).number() } == 16)
  }

  @Test("Reports a failed operation with libtorch's message")
  func refused() throws {
    let left = try torch.tensor([1, 2], shape: [2])
    let right = try torch.tensor([1, 2, 3], shape: [3])
    #expect {
      try left.adding(right)
    } throws: { error in
      "\(error)".contains("libtorch could not add: The size of tensor a (2) must match")
    }
    #expect(throws: TorchError.self) { try left.backward() }
  }

  @Test("Pictures become (byte − mean) / deviation, channels first")
  func pictures() throws {
    let bytes: [UInt8] = [0, 64, 128, 192, 255, 1, 2, 3, 4, 5, 6, 7]
    let tensor = try bytes.withUnsafeBytes { try torch.pictures($0, count: 1, side: 2, mean: 128, deviation: 128) }
    #expect(tensor.shape == [1, 3, 2, 2])
    let expected = [0, 192, 2, 5, 64, 255, 3, 6, 128, 1, 4, 7].map { (Float($0) - 128) / 128 }
    #expect(try tensor.elements() == expected)
  }

  @Test("Fake quantisation rounds to the grid, clamps values beyond it, and passes gradients within it")
  func fakeQuantization() throws {
    let x = try torch.tensor([-10, -0.26, 0, 0.26, 10], shape: [5])
    try x.requireGradient()
    let rounded = try x.fakeQuantized(scale: 0.5, zeroPoint: 1, within: 0...3)
    #expect(try rounded.elements() == [-0.5, -0.5, 0, 0.5, 1])
    let ones = try torch.tensor([1, 1, 1, 1, 1], shape: [5, 1])
    try rounded.reshaped([1, 5]).linear(ones.reshaped([1, 5])).backward()
    #expect(try x.gradient?.elements() == [0, 1, 1, 1, 0])
    let rows = try torch.tensor([1, -3, 0.2, 0.4], shape: [2, 2])
    #expect(try rows.channelBounds().elements() == [3, 0.4])
  }

  @Test("A step of gradient descent follows its formula")
  func descent() throws {
    let weight = try torch.tensor([2], shape: [1])
    try weight.requireGradient()
    let velocity = try weight.zeros()
    for expected in [2 - 0.1 * 4.2, 1.58 - 0.1 * (0.9 * 4.2 + 2 * 1.58 + 0.1 * 1.58)] as [Float] {
      try weight.clearGradient()
      try weight.multiplied(by: weight).backward()
      try torch.sgdStep([weight], velocities: [velocity], decays: [0.1], rate: 0.1, momentum: 0.9)
      #expect(try abs(weight.number() - expected) < 1e-6)
    }
    #expect(throws: TorchError.self) {
      try torch.sgdStep([weight], velocities: [], decays: [0], rate: 0.1, momentum: 0.9)
    }
  }
}
