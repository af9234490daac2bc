import LinearAlgebra

/// The exact scores of a picture that is left out with all its views, computed only from products in A⁻¹.
///
/// Without the picture A becomes A' = A − E M Eᵀ, where the columns of E are its views minus the class mean, and that mean
/// minus μ. M is small, so the Woodbury identity gives A'⁻¹ = A⁻¹ + A⁻¹ E K Eᵀ A⁻¹ with K = M (I − H M)⁻¹ and H = Eᵀ A⁻¹ E.
/// The class mean moves by E a, with a = −w / (n − 1) for each view, and μ moves by 1/C of that.
struct LeaveOneOutUpdate {
  /// (z − μ') A'⁻¹ (m'_k − μ') for each class, with the plain view z.
  private(set) var linear: [Double]
  /// q'_k = (m'_k − μ') A'⁻¹ (m'_k − μ').
  private(set) var lengths: [Double]
  /// The scores without the bias correction: `linear` − (β / 2) `lengths`.
  var scores: some Sequence<Double> {
    zip(linear, lengths).lazy.map { $0 - LinearDiscriminant.beta / 2 * $1 }
  }
  /// (z − μ') A'⁻¹ (z − μ').
  private(set) var square = 0.0
  /// The squared distance of the picture to its class in A'⁻¹. The mean over all pictures is v.
  private(set) var spread = 0.0

  private let counts: [Double]
  private let total: Double
  private let ownLengths: [Double]
  private let views: Int
  private let side: Int
  // H, K, and the matrix of the linear system for K: (V + 1) x (V + 1) each.
  private var inner: [Double]
  private var kernel: [Double]
  private var system: [Double]
  // Eᵀ A⁻¹ (z − μ) and K times it; a, H a, and a + K H a.
  private var plain: [Double]
  private var moved: [Double]
  private var step: [Double]
  private var innerStep: [Double]
  private var shift: [Double]

  /// Prepares updates.
  ///
  /// - Parameters:
  ///   - means: The classes' means.
  ///   - lengths: q.
  ///   - views: V.
  init(_ means: ClassMeans, lengths: [Double], views: Int) {
    counts = means.counts
    total = means.total
    ownLengths = lengths
    self.views = views
    side = views + 1
    linear = lengths
    self.lengths = lengths
    let nothing = [Double](repeating: 0, count: side)
    inner = Array(repeating: 0, count: side * side)
    kernel = inner
    system = inner
    plain = nothing
    moved = nothing
    step = nothing
    innerStep = nothing
    shift = nothing
  }

  /// Leaves out a picture of a class with two or more pictures.
  ///
  /// - Parameters:
  ///   - index: The index of the picture in the products.
  ///   - label: c, its class.
  /// - Complexity: O(V³ + C V²).
  mutating func leaveOut(_ index: Int, label: Int, _ products: MetricProducts) {
    let count = counts[label]
    setInner(index, label: label, products)
    setKernel(count: count)
    let weight = 1 / Double(views)
    for view in 0..<views { step[view] = -weight / (count - 1) }
    var own = 0.0
    for row in 0..<side {
      var sums = (inner: 0.0, moved: 0.0)
      for column in 0..<side {
        sums.inner += inner[row * side + column] * step[column]
        sums.moved += kernel[row * side + column] * plain[column]
        if row < views, column < views { own += weight * weight * inner[row * side + column] }
      }
      innerStep[row] = sums.inner
      moved[row] = sums.moved
    }
    spread = own / max(1 - own * (1 + 1 / (count - 1)) / total, 1e-3) * count / (count - 1)
    for row in 0..<side {
      shift[row] = step[row]
      for column in 0..<side { shift[row] += kernel[row * side + column] * innerStep[column] }
    }
    setScores(index, label: label, products)
  }

  /// Leaves out a group of pictures, for one of its members.
  ///
  /// - Complexity: O(C S), for the S rows of the group.
  mutating func leaveOut(_ member: Int, of group: GroupUpdate) {
    lengths = group.lengths
    linear = group.linear(member)
    square = group.square(member)
    spread = group.spread(member)
  }

  /// Computes H and Eᵀ A⁻¹ (z − μ).
  private mutating func setInner(_ index: Int, label: Int, _ products: MetricProducts) {
    let first = index * views
    let length = products.among[products.amongRows[index], label]
    let ownPlain = products.linear[first, label]
    for view in 0..<views {
      let own = products.linear[first + view, label]
      for other in 0..<views {
        let theirs = products.linear[first + other, label]
        inner[view * side + other] = products.within[(first + view) * views + other] - own - theirs + length
      }
      inner[view * side + views] = own - length
      inner[views * side + view] = own - length
      plain[view] = products.within[(first + view) * views] - ownPlain
    }
    inner[side * side - 1] = length
    plain[views] = ownPlain
  }

  /// Computes K from (I − M H) K = M by Gaussian elimination.
  private mutating func setKernel(count: Double) {
    let weight = 1 / Double(views)
    let classes = Double(counts.count)
    let kappa = LinearDiscriminant.kappa / classes
    let change = -weight / (count - 1)
    for row in 0..<side {
      for column in 0..<side {
        let value =
          if row < views, column < views {
            ((row == column ? weight : 0) + weight * weight / (count - 1)) / total
              - kappa * (1 - 1 / classes) * change * change
          } else if row == views, column == views {
            0.0
          } else {
            -kappa * change
          }
        kernel[row * side + column] = value
      }
    }
    for row in 0..<side {
      for column in 0..<side {
        var value = row == column ? 1.0 : 0
        for index in 0..<side { value -= kernel[row * side + index] * inner[index * side + column] }
        system[row * side + column] = value
      }
    }
    for pivot in 0..<side {
      let best = (pivot..<side).max { abs(system[$0 * side + pivot]) < abs(system[$1 * side + pivot]) } ?? pivot
      if best != pivot {
        for column in 0..<side {
          system.swapAt(best * side + column, pivot * side + column)
          kernel.swapAt(best * side + column, pivot * side + column)
        }
      }
      let head = system[pivot * side + pivot]
      guard head != 0 else { continue }
      for row in 0..<side where row != pivot {
        let factor = system[row * side + pivot] / head
        guard factor != 0 else { continue }
        for column in 0..<side {
          system[row * side + column] -= factor * system[pivot * side + column]
          kernel[row * side + column] -= factor * kernel[pivot * side + column]
        }
      }
      for column in 0..<side {
        system[pivot * side + column] /= head
        kernel[pivot * side + column] /= head
      }
    }
  }

  private mutating func setScores(_ index: Int, label: Int, _ products: MetricProducts) {
    let classes = counts.count
    let share = 1 / Double(classes)
    var (withPlain, withStep, plainSquare) = (0.0, 0.0, 0.0)
    for row in 0..<side {
      withPlain += step[row] * plain[row] + innerStep[row] * moved[row]
      withStep += innerStep[row] * shift[row]
      plainSquare += plain[row] * moved[row]
    }
    square =
      products.within[index * views * views] + plainSquare - 2 * withPlain * share + withStep * share * share
    let first = index * views * classes
    let mean = products.amongRows[index] * classes
    products.linear.elements.withUnsafeBufferPointer { rows in
      products.among.elements.withUnsafeBufferPointer { among in
        kernel.withUnsafeBufferPointer { kernel in
          for place in 0..<classes {
            // Eᵀ A⁻¹ (m_k − μ) is `along`, its last element `own`.
            let own = among[mean + place]
            var sum = rows[first + place] + own * moved[views]
            var toStep = own * shift[views]
            var length = ownLengths[place] + own * own * kernel[side * side - 1]
            for view in 0..<views {
              let along = rows[first + view * classes + place] - own
              sum += along * moved[view]
              toStep += along * shift[view]
              var through = 2 * own * kernel[view * side + views]
              for other in 0..<views {
                through += (rows[first + other * classes + place] - own) * kernel[view * side + other]
              }
              length += along * through
            }
            let moves = (place == label ? 1 : 0) - share
            lengths[place] = length + moves * (2 * toStep + moves * withStep)
            linear[place] = sum + moves * withPlain - share * (toStep + moves * withStep)
          }
        }
      }
    }
  }
}
