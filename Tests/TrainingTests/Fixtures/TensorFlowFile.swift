import Foundation

/// TFRecord files written by TensorFlow 2.21.
enum TensorFlowFile {
  /// Two examples: "daisy", label 1, an 8x8 PNG whose pixel (x, y) is (20x, 30y, 0); "rose", label 0, an 8x8 JPEG. Both
  /// also have `image/format`, `image/height`, `image/width`, two floats and three integers.
  static let plain = bytes(
    """
    OAEAAAAAAAClSe2PCrUCChcKDGltYWdlL2Zvcm1hdBIHCgUKA3BuZwodChBpbWFnZS9jbGFzcy90ZXh0EgkKBwoFZGFpc3kKFQoMaW1hZ2UvaGVp\
    Z2h0EgUaAwoBCAomChZpbWFnZS9vYmplY3QvYmJveC94bWluEgwSCgoIzczMPQAAAD8KIwoXaW1hZ2Uvb2JqZWN0L2Jib3gvbGFiZWwSCBoGCgQB\
    AqwCChoKEWltYWdlL2NsYXNzL2xhYmVsEgUaAwoBAQoUCgtpbWFnZS93aWR0aBIFGgMKAQgKZQoNaW1hZ2UvZW5jb2RlZBJUClIKUIlQTkcNChoK\
    AAAADUlIRFIAAAAIAAAACAgCAAAAS20p3AAAABdJREFUCJljZGBgEMGGWBjkGLCCwSkBAMMoAXyYxufBAAAAAElFTkSuQmCCIUAnpYMDAAAAAAAA\
    qaFCUAqABwoYCgxpbWFnZS9mb3JtYXQSCAoGCgRqcGVnChwKEGltYWdlL2NsYXNzL3RleHQSCAoGCgRyb3NlChUKDGltYWdlL2hlaWdodBIFGgMK\
    AQgKJgoWaW1hZ2Uvb2JqZWN0L2Jib3gveG1pbhIMEgoKCM3MzD0AAAA/CiMKF2ltYWdlL29iamVjdC9iYm94L2xhYmVsEggaBgoEAQKsAgoaChFp\
    bWFnZS9jbGFzcy9sYWJlbBIFGgMKAQAKFAoLaW1hZ2Uvd2lkdGgSBRoDCgEICq8FCg1pbWFnZS9lbmNvZGVkEp0FCpoFCpcF/9j/4AAQSkZJRgAB\
    AQEBLAEsAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQME\
    BAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIAAgDASIAAhEBAxEB/8QA\
    HwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAk\
    M2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKz\
    tLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREA\
    AgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RV\
    VldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq\
    8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDzjwR+y/8A6v8A0T/x2iiivwnHcSZl7Z/vDt4W4uzb+zYfvP6+8//ZQUyQcw==
    """)

  /// One record of 500 bytes, compressed with gzip.
  static let gzip = bytes("H4sIAAAAAAAAA/vCyAAGUeu1/2ak5uTkjxIjiriWcyMRAMBd37IEAgAA")

  /// The same record, compressed with zlib.
  static let zlib = bytes("eJz7wsgABlHrtf9mpObk5I8SI4q4lnMjEQDoRNVy")

  private static func bytes(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map(Array.init) ?? [] }
}
