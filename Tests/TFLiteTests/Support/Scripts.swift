/// Python scripts that check models with LiteRT's own schema and interpreter.
enum Scripts {
  /// Compares two models field by field: `A B`. Data outside the flatbuffer is compared by its bytes. Prints the number of
  /// values compared.
  static let compare = """
    import sys
    import numpy
    from ai_edge_litert import schema_py_generated as schema

    compared = 0

    def resolve(model, raw):
        # Data outside the flatbuffer becomes an array in place of its offset.
        for buffer in model.buffers or []:
            if buffer.data is None and buffer.offset > 1:
                buffer.offset = numpy.frombuffer(raw, numpy.uint8, buffer.size, buffer.offset)
        for graph in model.subgraphs or []:
            for op in graph.operators or []:
                if op.customOptions is None and op.largeCustomOptionsOffset > 1:
                    op.largeCustomOptionsOffset = numpy.frombuffer(
                        raw, numpy.uint8, op.largeCustomOptionsSize, op.largeCustomOptionsOffset)

    def compare(a, b, place):
        global compared
        compared += 1
        if type(a) is not type(b):
            raise SystemExit(f'{place}: {a!r} and {b!r}')
        if isinstance(a, numpy.ndarray):
            if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
                raise SystemExit(f'{place}: {a} and {b}')
        elif isinstance(a, list):
            if len(a) != len(b):
                raise SystemExit(f'{place}: {len(a)} and {len(b)} elements')
            for index, (x, y) in enumerate(zip(a, b)):
                compare(x, y, f'{place}[{index}]')
        elif type(a).__name__.endswith('T') and hasattr(a, '__dict__'):
            if vars(a).keys() != vars(b).keys():
                raise SystemExit(f'{place}: other fields')
            for name in vars(a):
                compare(getattr(a, name), getattr(b, name), f'{place}.{name}')
        elif a != b and not (a != a and b != b):
            raise SystemExit(f'{place}: {a!r} and {b!r}')

    models = []
    for path in sys.argv[1:3]:
        raw = open(path, 'rb').read()
        model = schema.ModelT.InitFromPackedBuf(raw, 0)
        assert schema.Model.ModelBufferHasIdentifier(raw, 0)
        resolve(model, raw)
        models.append(model)
    compare(models[0], models[1], 'model')
    print(compared)
    """

  /// Runs two models on the same random input, three times: `A B`. Fails where any output differs in any bit.
  static let run = """
    import sys
    import numpy
    from ai_edge_litert.interpreter import Interpreter

    def outputs(path):
        interpreter = Interpreter(model_path=path, num_threads=1)
        interpreter.allocate_tensors()
        random = numpy.random.default_rng(7)
        results = []
        for _ in range(3):
            for detail in interpreter.get_input_details():
                data = random.integers(0, 256, detail['shape'])
                interpreter.set_tensor(detail['index'], data.astype(detail['dtype']))
            interpreter.invoke()
            results += [interpreter.get_tensor(detail['index']) for detail in interpreter.get_output_details()]
        return results

    first, second = outputs(sys.argv[1]), outputs(sys.argv[2])
    assert len(first) == len(second) > 0
    assert all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(first, second))
    assert any(a.any() for a in first)
    """

  /// Prints the schema's enumerations, one on each line: its name, then the names of its values in numerical order.
  static let enumerations = """
    from ai_edge_litert import schema_py_generated as schema
    for name, kind in vars(schema).items():
        values = {k: v for k, v in vars(kind).items() if isinstance(v, int)} if isinstance(kind, type) else {}
        if values and all(not callable(v) for v in values.values()):
            assert sorted(values.values()) == list(range(len(values)))
            print(name, *sorted(values, key=values.get))
    """

  /// Prints the default of each field of each kind of options, one on each line: kind, field, value.
  static let standardValues = """
    from ai_edge_litert import schema_py_generated as schema
    for union in [schema.BuiltinOptions, schema.BuiltinOptions2]:
        for kind in vars(union):
            if hasattr(schema, kind + 'T'):
                for field, value in vars(getattr(schema, kind + 'T')()).items():
                    print(kind, field, value)
    """

  /// Writes a model that has every kind of options with every field set, and every other field of the schema that the
  /// object interface knows: `PATH SEED`.
  static let everything = #"""
    import inspect
    import random
    import re
    import sys
    import flatbuffers
    import numpy
    from ai_edge_litert import schema_py_generated as schema

    path, seed = sys.argv[1], int(sys.argv[2])
    random.seed(seed)
    graphs = 3
    limits = {'Int8': 127, 'Uint8': 255, 'Int16': 2**15 - 1, 'Uint16': 2**16 - 1, 'Int32': 2**31 - 1,
              'Uint32': 2**32 - 1, 'Int64': 2**63 - 1, 'Uint64': 2**64 - 1}

    def number(kind, name):
        if 'ubgraph' in name or name == 'calledComputations':
            return random.randrange(graphs)
        if kind == 'Bool':
            return random.random() < 0.5
        if kind == 'Float32':
            return float(numpy.float32(random.uniform(-10, 10)))
        low = 0 if kind.startswith('U') else -limits[kind] - 1
        return random.choice([low, limits[kind], random.randint(low, limits[kind]), 0, 1, 3])

    def fill(value):
        # Only the code that packs a field shows its type.
        pack = inspect.getsource(type(value).Pack)
        start = type(value).__name__[:-1]
        for name in vars(value):
            element = re.search(rf'builder\.Prepend(\w+)\(self\.{name}\[i\]\)', pack)
            field = name[0].upper() + name[1:]
            adder = getattr(schema, f'{start}Add{field}')
            if f'builder.CreateString(self.{name})' in pack:
                setattr(value, name, random.choice(['', 'name', 'größer 漢字', 'n' * 600]))
            elif element:
                count = random.choice([0, 1, 2, 5, 300])
                setattr(value, name, [number(element[1], name) for _ in range(count)])
            else:
                kind = re.search(r'builder\.Prepend(\w+)Slot', inspect.getsource(adder))[1]
                setattr(value, name, number(kind, name))
        return value

    def kinds(union):
        return {n: v for n, v in vars(union).items() if isinstance(v, int) and n != 'NONE'}

    def vector(*values):
        return list(values)

    def operator(index):
        op = schema.OperatorT()
        op.opcodeIndex = index % 3
        op.inputs = [random.randint(-1, 3) for _ in range(random.choice([0, 1, 3]))]
        op.outputs = [random.randint(0, 3)]
        op.mutatingVariableInputs = random.choice([None, [], [True, False]])
        op.intermediates = random.choice([None, [], [0, 2]])
        op.debugMetadataIndex = random.choice([-1, 0, 7])
        op.customOptions = random.choice([None, [], list(range(20)), [9] * 3000])
        return op

    def sparse(kind):
        value = {1: schema.Int32VectorT, 2: schema.Uint16VectorT, 3: schema.Uint8VectorT}[kind]()
        value.values = random.choice([[], [1, 2, 250], [7] * 1000])
        return value

    def tensor(index):
        t = schema.TensorT()
        t.shape = random.choice([None, [], [1, 2, 3], [-1, 4]])
        t.type = index % 23
        t.buffer = index % 4
        t.name = random.choice([None, '', f'tensor {index}'])
        t.isVariable = random.random() < 0.5
        t.shapeSignature = random.choice([None, [], [-1, 2]])
        t.hasRank = random.random() < 0.5
        t.externalBuffer = random.choice([0, 5, 9])
        q = schema.QuantizationParametersT()
        q.min, q.max = random.choice([None, [], [-1.5]]), random.choice([None, [2.5, float('nan'), float('inf')]])
        q.scale, q.zeroPoint = random.choice([None, [], [0.1] * 40]), random.choice([None, [], [2**40, -3]])
        q.quantizedDimension = random.choice([0, 3, -1])
        q.detailsType = index % 4
        if q.detailsType == 1:
            q.details = schema.CustomQuantizationT()
            q.details.custom = random.choice([None, [], list(range(40))])
        elif q.detailsType == 2:
            q.details = schema.BlockwiseQuantizationT()
            q.details.scales, q.details.zeroPoints, q.details.blockSize = 1, random.choice([-1, 2]), 32
            q.details.blockShape = random.choice([None, [], [1, 32]])
        elif q.detailsType == 3:
            q.details = schema.MultiAxisQuantizationT()
            q.details.scales, q.details.zeroPoints, q.details.blockSize = 0, random.choice([-1, 3]), 0
            q.details.quantizedDimensions = random.choice([None, [], [0, 1]])
        t.quantization = random.choice([None, q, q, q])
        s = schema.SparsityParametersT()
        s.traversalOrder, s.blockMap = random.choice([None, [], [0, 1]]), random.choice([None, [], [1]])
        s.dimMetadata = []
        for kind in range(4):
            d = schema.DimensionMetadataT()
            d.format, d.denseSize = kind % 2, kind
            d.arraySegmentsType, d.arrayIndicesType = kind, (kind + 1) % 4
            d.arraySegments = sparse(d.arraySegmentsType) if d.arraySegmentsType else None
            d.arrayIndices = sparse(d.arrayIndicesType) if d.arrayIndicesType else None
            s.dimMetadata.append(d)
        t.sparsity = random.choice([None, s])
        v = schema.VariantSubTypeT()
        v.shape, v.type, v.hasRank = random.choice([None, [], [3]]), 7, True
        t.variantTensors = random.choice([None, [], [v, v]])
        return t

    def graph(index):
        g = schema.SubGraphT()
        g.tensors = [tensor(i) for i in range(40)]
        g.inputs, g.outputs = random.choice([None, [], [0, 1]]), [2]
        g.operators = []
        g.name = random.choice([None, 'main'])
        g.debugMetadataIndex = random.choice([-1, 2])
        return g

    m = schema.ModelT()
    m.version = 3
    m.description = 'everything\nand more'
    m.subgraphs = [graph(i) for i in range(graphs)]
    m.operatorCodes = []
    for old, new, custom, version in [(3, 3, None, 1), (127, 203, None, 2), (32, 32, 'my op', 5)]:
        c = schema.OperatorCodeT()
        c.deprecatedBuiltinCode, c.builtinCode, c.customCode, c.version = old, new, custom, version
        m.operatorCodes.append(c)
    for union, prefix in [(schema.BuiltinOptions, 'builtinOptions'), (schema.BuiltinOptions2, 'builtinOptions2')]:
        for name, kind in kinds(union).items():
            op = operator(kind)
            value = getattr(schema, name + 'T')()
            setattr(op, prefix + 'Type', kind)
            setattr(op, prefix, fill(value))
            m.subgraphs[kind % graphs].operators.append(op)
    m.buffers = [schema.BufferT() for _ in range(4)]
    m.buffers[1].data = []
    m.buffers[2].data = [1, 2, 3]
    m.buffers[3].data = [i % 251 for i in range(5000)]
    m.metadataBuffer = [2, 3]
    data = schema.MetadataT()
    data.name, data.buffer = 'min_runtime_version', 2
    m.metadata = [data]
    names = [schema.TensorMapT() for _ in range(2)]
    names[0].name, names[0].tensorIndex, names[1].name, names[1].tensorIndex = 'x', 0, 'y', 2
    signature = schema.SignatureDefT()
    signature.inputs, signature.outputs = names[:1], names[1:]
    signature.signatureKey, signature.subgraphIndex = 'serving_default', 1
    m.signatureDefs = [signature, schema.SignatureDefT()]
    group = schema.ExternalBufferGroupT()
    group.name = 'weights.bin'
    m.externalBufferGroups = [group]
    m.externalBuffers = []
    for identifier in [5, 9]:
        b = schema.ExternalBufferT()
        b.id, b.group, b.offset, b.length, b.packing = identifier, 0, 2**33, 2**34, 'none'
        m.externalBuffers.append(b)

    builder = flatbuffers.Builder(1024)
    builder.Finish(m.Pack(builder), file_identifier=b'TFL3')
    open(path, 'wb').write(builder.Output())
    """#

  /// Appends a zip with two files to a model: `PATH`.
  static let appendZip = """
    import sys, zipfile
    with zipfile.ZipFile(sys.argv[1], 'a') as archive:
        archive.writestr('labels.txt', 'tulip\\nrose\\n')
        archive.writestr('more/notes.txt', 'x' * 1000, zipfile.ZIP_DEFLATED)
    """

  /// Checks that a zip made by ``appendZip`` can still be read: `PATH`. Its central directory must not start before
  /// the offset that the zip states; strict readers require this.
  static let checkZip = """
    import struct, sys, zipfile
    with zipfile.ZipFile(sys.argv[1]) as archive:
        assert archive.testzip() is None
        assert archive.read('labels.txt') == b'tulip\\nrose\\n'
        assert archive.read('more/notes.txt') == b'x' * 1000
    raw = open(sys.argv[1], 'rb').read()
    end = raw.rindex(b'PK\\x05\\x06')
    size, offset = struct.unpack('<II', raw[end + 12:end + 20])
    assert end >= offset + size, (end, offset, size)
    """
}
