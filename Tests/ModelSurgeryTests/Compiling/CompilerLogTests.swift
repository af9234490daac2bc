import Testing

@testable import ModelSurgery

@Suite("What the Edge TPU's compiler says")
struct CompilerLogTests {
  private let whole = """
    Edge TPU Compiler version 16.0.384591198
    Started a compilation timeout timer of 180 seconds.

    Model compiled successfully in 1520 ms.

    Input model: base.tflite
    Input size: 3.28MiB
    Output model: base_edgetpu.tflite
    Output size: 3.40MiB
    On-chip memory used for caching model parameters: 3.33MiB
    On-chip memory remaining for caching model parameters: 4.39MiB
    Off-chip memory used for streaming uncached model parameters: 0.00B
    Number of Edge TPU subgraphs: 1
    Total number of operations: 31
    Operation log: base_edgetpu.log

    Operator                       Count      Status

    DEPTHWISE_CONV_2D              13         Mapped to Edge TPU
    CONV_2D                        15         Mapped to Edge TPU
    SOFTMAX                        1          More than one subgraph is not supported
    RESHAPE                        2          Operation is otherwise supported, but not mapped due to some unspecified limitation

    Compilation child process completed within timeout period.
    Compilation succeeded!
    """

  @Test("Version, time, memory and the table of operators are read")
  func read() {
    let log = CompilerLog(whole)
    #expect(log.version == "16.0.384591198" && log.milliseconds == 1520 && log.parts == 1)
    #expect(log.onChipBytes == 3_491_758 && log.freeBytes == 4_603_249 && log.streamedBytes == 0)
    #expect(log.mapped == 28 && log.total == 31)
    #expect(log.operations.map(\.name) == ["DEPTHWISE_CONV_2D", "CONV_2D", "SOFTMAX", "RESHAPE"])
    #expect(log.operations[2].status == "More than one subgraph is not supported")
    #expect(log.complaint == nil)
  }

  @Test("A table that comes a second time, in the log file, counts once")
  func twice() {
    #expect(CompilerLog(whole + "\n" + whole).total == 31)
  }

  @Test("Complaints are passed on, without what would upset a terminal")
  func complaints() {
    let failed = CompilerLog("Edge TPU Compiler version 2.1\n\u{1B}[31mInternal compiler error. Aborting! \n")
    #expect(failed.version == "2.1" && failed.complaint == "[31mInternal compiler error. Aborting! ")
    #expect(CompilerLog("ERROR: Invalid model: base.tflite\nModel not quantized").complaint?.hasPrefix("ERROR") == true)
  }

  @Test(
    "Any text is taken",
    arguments: [
      "", "\n\n", "Operator Count Status", "Operator Count Status\nX 99999999999999999999 Mapped to Edge TPU",
      "Operator Count Status\nX -1 Mapped to", "On-chip memory used: 9e400MiB", "Off-chip memory used: MiB",
      "Edge TPU Compiler version", "Model compiled successfully in", "On-chip memory used for x: 99999999999999999GiB",
    ])
  func anything(text: String) {
    let log = CompilerLog(text)
    #expect(log.total == 0 && log.onChipBytes == nil)
  }
}
