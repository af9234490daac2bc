/// The products in A⁻¹ of a group of pictures that are left out together.
struct GroupProducts {
  /// (z − μ) A⁻¹ (m_c − μ): for each view of each picture the values of all classes.
  let linear: [[Double]]
  /// (z − μ) A⁻¹ (z' − μ): one row for each view of each picture.
  let within: [[Double]]
  /// (m_k − μ) A⁻¹ (m_c − μ): for each class k of the group, ascending, the values of all classes.
  let among: [[Double]]
}

/// The exact scores of pictures that are left out together, computed only from products in A⁻¹; see ``LeaveOneOutUpdate`` for
/// one picture.
///
/// Of the class c with n_c pictures, g_c are left out. The columns of E are their views minus the mean of their class, e, and
/// d_c = m_c − μ of the classes that lose pictures. With the weight w of a view and t_c = −w / (n_c − g_c),
///
///     m_c moves by δ_c = t_c Σ e over the views that c loses: E a_c        μ moves by (1/C) Σ δ_c: E ā
///     A' = A − E M Eᵀ       A'⁻¹ = A⁻¹ + A⁻¹ E K Eᵀ A⁻¹       K = M (I − H M)⁻¹       H = Eᵀ A⁻¹ E
///
/// M follows from the scatter within the classes, which loses Σ w e eᵀ + Σ_c w² (Σ e)(Σ e)ᵀ / (n_c − g_c), and from the scatter
/// between them, Σ_k d_k d_kᵀ, as all class means and μ move.
struct GroupUpdate {
  /// q'_k for each class.
  let lengths: [Double]
  // (I + H K) (Eᵀ A⁻¹ d_k + H (a_k − ā)) for each class k: `[S, C]`.
  private let scoring: [[Double]]
  // H + H K H.
  private let metric: [[Double]]
  // E b = z − μ', and E b = z̄ − m'_c with the mean z̄ of the views, for each member.
  private let places: [[Double]]
  private let distances: [[Double]]
  // (n − g) / (n − g + 1) of each member's class.
  private let shares: [Double]

  /// Prepares the update.
  ///
  /// - Parameters:
  ///   - group: The pictures.
  ///   - products: Their products.
  ///   - lengths: q.
  /// - Complexity: O(S³ + C S²) for S rows of E.
  init(
    _ group: LeftOutGroups.Group, _ products: GroupProducts, features: LabelledFeatures, means: ClassMeans,
    lengths: [Double]
  ) {
    let views = features.views
    let weight = 1 / Double(views)
    let classes = Double(means.counts.count)
    let rows = group.members.count * views
    let side = rows + group.removed.count
    // For each row of E the index of its class in the group.
    let owners = group.members.flatMap { member in
      Array(repeating: group.removed.firstIndex { $0.place == features.labels[member] } ?? 0, count: views)
    }
    let kept = group.removed.map { means.counts[$0.place] - Double($0.count) }
    let steps = kept.map { -weight / $0 }

    // Eᵀ A⁻¹ d_k for each class k.
    let along = (0..<side).map { row -> [Double] in
      guard row < rows else { return products.among[row - rows] }
      return zip(products.linear[row], products.among[owners[row]]).map { $0 - $1 }
    }
    var inner = [[Double]](repeating: Array(repeating: 0, count: side), count: side)
    for row in 0..<side {
      for column in 0..<side {
        inner[row][column] =
          if row < rows, column < rows {
            products.within[row][column] - products.linear[row][group.removed[owners[column]].place]
              - along[column][group.removed[owners[row]].place]
          } else if row < rows {
            along[row][group.removed[column - rows].place]
          } else {
            along[column][group.removed[row - rows].place]
          }
      }
    }
    var change = [[Double]](repeating: Array(repeating: 0, count: side), count: side)
    let kappa = LinearDiscriminant.kappa / classes
    for row in 0..<rows {
      for column in 0..<rows {
        let isSame = owners[row] == owners[column]
        let scatter = (row == column ? weight : 0) + (isSame ? weight * weight / kept[owners[row]] : 0)
        let product = steps[owners[row]] * steps[owners[column]]
        change[row][column] = scatter / means.total - kappa * ((isSame ? product : 0) - product / classes)
      }
      change[row][rows + owners[row]] = -kappa * steps[owners[row]]
      change[rows + owners[row]][row] = -kappa * steps[owners[row]]
    }
    let kernel = Self.kernel(change, inner)

    // a_k for the classes that lose pictures, and ā.
    let moves = group.removed.indices.map { place in
      (0..<side).map { $0 < rows && owners[$0] == place ? steps[place] : 0 }
    }
    let mean = (0..<side).map { row in row < rows ? steps[owners[row]] / classes : 0 }
    // I + H K.
    var turned = Self.product(inner, kernel)
    for row in 0..<side { turned[row][row] += 1 }
    let turnedAlong = Self.product(turned, along)
    let kernelAlong = Self.product(kernel, along)
    let metric = Self.product(turned, inner)
    let count = means.counts.count
    var scoring = turnedAlong
    var newLengths = lengths
    // a_k − ā is −ā for all classes that lose no pictures.
    let commonMove = Self.product(metric, mean)
    for row in 0..<side { for place in 0..<count { scoring[row][place] -= commonMove[row] } }
    let commonSquare = zip(mean, commonMove).reduce(0) { $0 + $1.0 * $1.1 }
    for place in 0..<count {
      var (quadratic, cross) = (0.0, 0.0)
      for row in 0..<side {
        quadratic += along[row][place] * kernelAlong[row][place]
        cross += mean[row] * turnedAlong[row][place]
      }
      newLengths[place] += quadratic - 2 * cross + commonSquare
    }
    for (index, known) in group.removed.enumerated() {
      let own = Self.product(metric, moves[index])
      var (cross, square, mixed) = (0.0, 0.0, 0.0)
      for row in 0..<side {
        scoring[row][known.place] += own[row]
        cross += moves[index][row] * turnedAlong[row][known.place]
        square += moves[index][row] * own[row]
        mixed += moves[index][row] * commonMove[row]
      }
      newLengths[known.place] += 2 * cross + square - 2 * mixed
    }
    self.lengths = newLengths
    self.scoring = scoring
    self.metric = metric
    places = group.members.indices.map { member in
      (0..<side).map { row in
        (row == member * views || row == rows + owners[member * views] ? 1 : 0) - mean[row]
      }
    }
    distances = group.members.indices.map { member in
      (0..<side).map { row in
        (row / views == member && row < rows ? weight : 0) - moves[owners[member * views]][row]
      }
    }
    shares = group.members.indices.map { member in
      let kept = kept[owners[member * views]]
      return kept / (kept + 1)
    }
  }

  /// Returns (z − μ') A'⁻¹ (m'_k − μ') for each class.
  func linear(_ member: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: lengths.count)
    for (row, share) in places[member].enumerated() where share != 0 {
      for place in sums.indices { sums[place] += share * scoring[row][place] }
    }
    return sums
  }

  /// Returns (z − μ') A'⁻¹ (z − μ').
  func square(_ member: Int) -> Double { Self.square(places[member], metric) }

  /// Returns the squared distance of the picture to its class in A'⁻¹, times (n − g) / (n − g + 1): the mean of n − g pictures
  /// lies apart from that of all by a share of the distance.
  func spread(_ member: Int) -> Double { max(0, Self.square(distances[member], metric)) * shares[member] }

  /// Returns K from (I − M H) K = M, by Gaussian elimination.
  private static func kernel(_ change: [[Double]], _ inner: [[Double]]) -> [[Double]] {
    let side = change.count
    var system = product(change, inner)
    for row in 0..<side {
      for column in 0..<side { system[row][column] = (row == column ? 1 : 0) - system[row][column] }
    }
    var kernel = change
    for pivot in 0..<side {
      let best = (pivot..<side).max { abs(system[$0][pivot]) < abs(system[$1][pivot]) } ?? pivot
      system.swapAt(best, pivot)
      kernel.swapAt(best, pivot)
      let head = system[pivot][pivot]
      guard head != 0 else { continue }
      let (systemRow, kernelRow) = (system[pivot], kernel[pivot])
      for row in 0..<side where row != pivot {
        let factor = system[row][pivot] / head
        guard factor != 0 else { continue }
        for column in 0..<side {
          system[row][column] -= factor * systemRow[column]
          kernel[row][column] -= factor * kernelRow[column]
        }
      }
      for column in 0..<side {
        system[pivot][column] /= head
        kernel[pivot][column] /= head
      }
    }
    return kernel
  }

  private static func product(_ left: [[Double]], _ right: [[Double]]) -> [[Double]] {
    left.map { row in
      var sums = [Double](repeating: 0, count: right.first?.count ?? 0)
      for (factor, values) in zip(row, right) where factor != 0 {
        for column in sums.indices { sums[column] += factor * values[column] }
      }
      return sums
    }
  }

  private static func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private static func square(_ vector: [Double], _ matrix: [[Double]]) -> Double {
    zip(vector, product(matrix, vector)).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
