import ArgumentParser
import Training

extension FineTuning.Part: ExpressibleByArgument {}
