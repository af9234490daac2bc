public import Foundation
import GRDB

extension ProjectStore {
  /// The classes, in the order of their names.
  public func classes() throws -> [ProjectClass] {
    try database.read { try ProjectClass.fetchAll($0, sql: "SELECT * FROM class") }.sorted { $0.name < $1.name }
  }

  /// Returns a class.
  ///
  /// - Throws: ``ProjectError/noClass(_:)``.
  public func classOf(_ id: Int64) throws -> ProjectClass {
    guard let known = try database.read({ try ProjectClass.fetchOne($0, key: id) }) else {
      throw ProjectError.noClass(id)
    }
    return known
  }

  /// Returns a picture, which may be in the bin.
  ///
  /// - Throws: ``ProjectError/noPicture(_:)``.
  public func picture(_ id: Int64) throws -> ProjectPicture {
    let found = try database.read { database in
      try ProjectPicture.fetchOne(
        database, sql: "SELECT \(ProjectPicture.columns) FROM picture WHERE id = ?", arguments: [id])
    }
    guard let found else { throw ProjectError.noPicture(id) }
    return found
  }

  /// Returns the file of a picture.
  ///
  /// - Throws: ``ProjectError``.
  public func file(of picture: ProjectPicture) throws -> URL {
    try database.read { database in
      try file(
        of: picture.classID.map { Change.Place(classID: $0, file: picture.file) }, picture: picture.id,
        name: picture.file, database)
    }
  }

  /// The numbers of pictures in a class.
  public struct Counts: Sendable, Hashable {
    /// All pictures.
    public var pictures = 0
    /// Those whose embedding is still to come.
    public var pending = 0
    /// Those that cannot be read.
    public var unreadable = 0
    /// The newest pictures.
    public var newest: [Int64] = []
  }

  /// The numbers of pictures in each class that has some.
  public func counts(newest: Int) throws -> [Int64: Counts] {
    try database.read { database in
      var counts: [Int64: Counts] = [:]
      for row in try Row.fetchAll(
        database,
        sql: """
          SELECT class, COUNT(*), SUM(state = 'pending'), SUM(state = 'unreadable') FROM picture WHERE class IS NOT NULL
          GROUP BY class
          """)
      {
        counts[row[0]] = Counts(pictures: row[1], pending: row[2], unreadable: row[3])
      }
      for id in counts.keys {
        counts[id]?.newest = try Int64.fetchAll(
          database, sql: "SELECT id FROM picture WHERE class = ? ORDER BY added DESC, id DESC LIMIT ?",
          arguments: [id, newest])
      }
      return counts
    }
  }

  /// Which pictures to list.
  public struct Filter: Sendable {
    /// Those of a class.
    public var classID: Int64?
    /// Those with near-identical ones.
    public var isAlike = false
    /// Those that cannot be read.
    public var isUnreadable = false
    /// Those whose file or class has a text in its name.
    public var search = ""
    /// Those of a list; nil for all.
    public var ids: [Int64]?

    /// Makes a filter that lets all pictures pass.
    public init() {}
  }

  /// Returns pictures, newest first, or in the order of the filter's list, and the number of all that pass the filter.
  public func pictures(_ filter: Filter, offset: Int, limit: Int) throws -> (pictures: [ProjectPicture], total: Int) {
    try database.read { database in
      var conditions = ["class IS NOT NULL"]
      var arguments: [any DatabaseValueConvertible] = []
      if let id = filter.classID {
        conditions.append("class = ?")
        arguments.append(id)
      }
      if filter.isAlike {
        conditions.append(
          """
          EXISTS (SELECT 1 FROM pair JOIN picture AS other ON other.id = pair.other
            WHERE pair.one = picture.id AND other.class IS NOT NULL)
          """)
      }
      if filter.isUnreadable { conditions.append("state = 'unreadable'") }
      if !filter.search.isEmpty {
        let text = filter.search.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
        conditions.append(
          "(file LIKE ? ESCAPE '\\' OR class IN (SELECT id FROM class WHERE name LIKE ? ESCAPE '\\'))")
        arguments += ["%\(text)%", "%\(text)%"]
      }
      if let ids = filter.ids {
        conditions.append("id IN (SELECT value FROM json_each(?))")
        arguments.append("[\(ids.map { "\($0)" }.joined(separator: ","))]")
      }
      let condition = conditions.joined(separator: " AND ")
      let total =
        try Int.fetchOne(
          database, sql: "SELECT COUNT(*) FROM picture WHERE \(condition)", arguments: StatementArguments(arguments))
        ?? 0
      let all = "SELECT \(ProjectPicture.columns) FROM picture WHERE \(condition)"
      if let ids = filter.ids {
        // A list has an order of its own.
        let places = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let found = try ProjectPicture.fetchAll(database, sql: all, arguments: StatementArguments(arguments))
          .sorted { (places[$0.id] ?? 0) < (places[$1.id] ?? 0) }
        return (Array(found.dropFirst(offset).prefix(limit)), total)
      }
      let page = try ProjectPicture.fetchAll(
        database, sql: all + " ORDER BY added DESC, id DESC LIMIT ? OFFSET ?",
        arguments: StatementArguments(arguments + [limit, offset]))
      return (page, total)
    }
  }

  /// Returns the pictures with the bytes of a digest that are not in the bin.
  public func pictures(ofDigest digest: Data) throws -> [ProjectPicture] {
    try database.read { database in
      try ProjectPicture.fetchAll(
        database, sql: "SELECT \(ProjectPicture.columns) FROM picture WHERE digest = ? AND class IS NOT NULL",
        arguments: [digest])
    }
  }
}

extension ProjectStore {
  /// A picture with its embedding.
  public struct Embedded: Sendable {
    /// The picture's number.
    public let id: Int64
    /// The name of its class.
    public let label: String
    /// The elements of the embedding.
    public let elements: Data
    /// The bytes of its fingerprint.
    public let fingerprint: Data
  }

  /// Returns the embeddings of the pictures that are ready, in the order in which they were added. Pictures without an
  /// embedding in the space become pending.
  public func embeddings(space: String) throws -> [Embedded] {
    try write { database in
      try database.execute(
        sql: """
          UPDATE picture SET state = 'pending', message = NULL WHERE state = 'ready' AND NOT EXISTS
            (SELECT 1 FROM embedding WHERE embedding.digest = picture.digest AND embedding.space = ?)
          """, arguments: [space])
      return try Row.fetchAll(
        database,
        sql: """
          SELECT picture.id, class.name, elements, fingerprint FROM picture JOIN class ON class.id = picture.class
          JOIN embedding ON embedding.digest = picture.digest AND embedding.space = ? WHERE state = 'ready' ORDER BY picture.id
          """, arguments: [space]
      ).map { Embedded(id: $0[0], label: $0[1], elements: $0[2], fingerprint: $0[3]) }
    }
  }

  /// Whether all embeddings are of other spaces: the project was last opened with another base model.
  public func lacksEmbeddings(space: String) throws -> Bool {
    try database.read { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM picture WHERE state = 'ready') AND EXISTS (SELECT 1 FROM embedding)
            AND NOT EXISTS (SELECT 1 FROM embedding WHERE space = ?)
          """, arguments: [space]) ?? false
    }
  }

  /// Returns the embedding of a digest, where a picture with the same bytes was embedded before.
  public func embedding(ofDigest digest: Data, space: String) throws -> (elements: Data, fingerprint: Data)? {
    try database.read { database in
      try Row.fetchOne(
        database, sql: "SELECT elements, fingerprint FROM embedding WHERE digest = ? AND space = ?",
        arguments: [digest, space]
      ).map { ($0[0], $0[1]) }
    }
  }

  /// Returns pictures whose embedding is still to come, the oldest first.
  public func pending(limit: Int) throws -> [ProjectPicture] {
    try database.read { database in
      try ProjectPicture.fetchAll(
        database,
        sql: """
          SELECT \(ProjectPicture.columns) FROM picture WHERE state = 'pending' AND class IS NOT NULL ORDER BY id LIMIT ?
          """, arguments: [limit])
    }
  }

  /// What was found when a picture was read.
  public enum Finding: Sendable {
    /// Its embedding, and the pictures that are nearly the same.
    case embedding(digest: Data, space: String, elements: Data, fingerprint: Data, alike: [Int64])
    /// It cannot be read.
    case unreadable(digest: Data?, message: String)
  }

  /// Stores what was found when a picture was read.
  public func store(_ finding: Finding, for id: Int64) throws {
    try write { database in
      switch finding {
      case .embedding(let digest, let space, let elements, let fingerprint, let alike):
        try database.execute(
          sql: "INSERT OR REPLACE INTO embedding (digest, space, elements, fingerprint) VALUES (?, ?, ?, ?)",
          arguments: [digest, space, elements, fingerprint])
        try database.execute(
          sql: "UPDATE picture SET digest = ?, state = 'ready', message = NULL WHERE id = ?",
          arguments: [digest, id])
        try database.execute(sql: "DELETE FROM pair WHERE one = ? OR other = ?", arguments: [id, id])
        for other in alike {
          for (one, other) in [(id, other), (other, id)] {
            try database.execute(
              sql: "INSERT OR IGNORE INTO pair (one, other) VALUES (?, ?)", arguments: [one, other])
          }
        }
      case .unreadable(let digest, let message):
        try database.execute(
          sql: "UPDATE picture SET digest = ?, state = 'unreadable', message = ? WHERE id = ?",
          arguments: [digest, message, id])
      }
    }
  }
}

extension ProjectStore {
  /// The digest of each picture that is ready.
  public func digests() throws -> [Int64: Data] {
    try database.read { database in
      var digests: [Int64: Data] = [:]
      let rows = try Row.fetchCursor(
        database, sql: "SELECT id, digest FROM picture WHERE state = 'ready' AND digest IS NOT NULL")
      while let row = try rows.next() { digests[row[0]] = row[1] }
      return digests
    }
  }

  /// The class of each picture that is ready.
  public func placesOfReady() throws -> [Int64: Int64] {
    try database.read { database in
      var places: [Int64: Int64] = [:]
      let rows = try Row.fetchCursor(
        database, sql: "SELECT id, class FROM picture WHERE class IS NOT NULL AND state = 'ready'")
      while let row = try rows.next() { places[row[0]] = row[1] }
      return places
    }
  }
}

extension ProjectStore {
  /// The pictures whose label a person said to be right.
  public func confirmed() throws -> Set<Int64> {
    try database.read { database in
      try Set(Int64.fetchAll(database, sql: "SELECT id FROM picture WHERE confirmed = class"))
    }
  }

  /// The number of pictures whose embedding is still to come.
  public func pendingCount() throws -> Int {
    try database.read { database in
      try Int.fetchOne(
        database, sql: "SELECT COUNT(*) FROM picture WHERE state = 'pending' AND class IS NOT NULL") ?? 0
    }
  }
}
