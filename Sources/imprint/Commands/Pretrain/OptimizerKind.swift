import ArgumentParser

/// An optimiser by its name.
enum OptimizerKind: String, ExpressibleByArgument, CaseIterable {
  case sgd, rmsprop
}
