using CsCheck;
using Google.Protobuf;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry.Onnx;

public class OnnxInspectionTests
{
    public static TheoryData<string> Unsafe => [.. SomeUnsafeOnnx.All.Select(static each => each.ToString())];

    [Theory]
    [MemberData(nameof(Unsafe))]
    public void Each_unsafe_model_is_found_with_its_code_and_place(string name)
    {
        var model = SomeUnsafeOnnx.All.Single(each => each.ToString() == name);
        var report = OnnxInspection.Inspect(model.Bytes);
        Assert.Contains(
            report.Findings,
            finding => finding.Code == model.Code && finding.Place.StartsWith(model.Place, StringComparison.Ordinal));
        Assert.All(report.Findings, static finding =>
        {
            Assert.Contains(finding.Code, FindingCode.All);
            Assert.InRange(finding.Place.Length, 1, Finding.MaxPlace);
            Assert.InRange(finding.Message.Length, 1, Finding.MaxMessage);
            Assert.DoesNotContain(finding.ToString(), char.IsControl);
        });
    }

    [Fact]
    public void Every_code_about_a_file_has_a_fixture() => Assert.Equal(
        FindingCode.All.Except([
            FindingCode.ManifestSize,
            FindingCode.ManifestUnreadable,
            FindingCode.ManifestInterface,
            FindingCode.ArtifactMissing,
            FindingCode.ArtifactLink,
            FindingCode.ArtifactSize,
            FindingCode.ArtifactDigest,
            .. FindingCode.All.Where(FindingCode.IsOfFirstRun),
        ]).Order(),
        SomeUnsafeOnnx.All.Select(static each => each.Code).Distinct().Order());

    [Fact]
    public void Models_that_exporters_write_are_accepted()
    {
        var tensors = new TensorProto[]
        {
            new() { DataType = 1, Dims = { 2, 3 }, RawData = ByteString.CopyFrom(new byte[24]) },
            new() { DataType = 1, FloatData = { 1 } },
            new() { DataType = 1, Dims = { 0, 1L << 40 } },
            new() { DataType = 8, Dims = { 2 }, StringData = { ByteString.CopyFromUtf8("a"), ByteString.Empty } },
            new() { DataType = 9, Dims = { 2 }, Int32Data = { 1, 0 } },
            new() { DataType = 10, Dims = { 3 }, Int32Data = { 1, 2, 3 } },
            new() { DataType = 11, Dims = { 1 }, DoubleData = { 1 } },
            new() { DataType = 12, Dims = { 1 }, Uint64Data = { uint.MaxValue } },
            new() { DataType = 14, Dims = { 1 }, FloatData = { 1, 2 } },
            new() { DataType = 15, Dims = { 1 }, DoubleData = { 1, 2 } },
            new() { DataType = 16, Dims = { 2 }, RawData = ByteString.CopyFrom(new byte[4]) },
            new() { DataType = 17, Dims = { 2 }, RawData = ByteString.CopyFrom(new byte[2]) },
            new() { DataType = 21, Dims = { 3 }, RawData = ByteString.CopyFrom(new byte[2]) },
            new() { DataType = 22, Dims = { 3 }, Int32Data = { 1, 2 } },
            new() { DataType = 26, Dims = { 5 }, RawData = ByteString.CopyFrom(new byte[2]) },
        };
        foreach (var tensor in tensors)
            Assert.Empty(OnnxInspection.Inspect(SomeUnsafeOnnx.Changed(m => m.Graph.Node[0].Attribute.Add(new AttributeProto
            {
                Name = "value",
                T = tensor,
            }))).Findings);

        Assert.Empty(OnnxInspection.Inspect(SomeUnsafeOnnx.Changed(static m =>
        {
            // Quantizers import domains that they do not use, and use the runtime's own operators. Exporters define functions.
            m.OpsetImport.Add([
                new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 },
                new OperatorSetIdProto { Domain = "org.pytorch.aten", Version = 1 },
                new OperatorSetIdProto { Domain = "pkg.torch", Version = 1 },
            ]);
            m.Graph.Node.Add([
                new NodeProto { OpType = "QLinearAdd", Domain = "com.microsoft" },
                new NodeProto { OpType = "Scaler", Domain = "ai.onnx.ml" },
                new NodeProto { OpType = "Relu", Domain = "ai.onnx" },
                new NodeProto { OpType = "block", Domain = "pkg.torch" },
            ]);
            m.Functions.Add(new FunctionProto
            {
                Name = "block",
                Domain = "pkg.torch",
                Node = { new NodeProto { OpType = "Relu" }, new NodeProto { OpType = "inner", Domain = "pkg.torch" } },
            });
            m.Functions.Add(new FunctionProto { Name = "inner", Domain = "pkg.torch", Node = { new NodeProto { OpType = "Relu" } } });
            m.Graph.SparseInitializer.Add(new SparseTensorProto
            {
                Values = new TensorProto { Name = "s", DataType = 1, Dims = { 1 }, FloatData = { 1 } },
                Indices = new TensorProto { DataType = 7, Dims = { 1, 2 }, Int64Data = { 0, 1 } },
                Dims = { 4, 4 },
            });
            m.Graph.Node[0].DocString = "File \"model.py\", line 1\n\tin forward";
        })).Findings);
    }

    [Fact]
    public void All_sparse_tensors_together_may_expand_to_the_limit()
    {
        var limits = new ArtifactLimits { DenseBytes = 1000 };
        Assert.Empty(Inspect(1).Findings);
        Assert.Equal(
            [(FindingCode.SparseExpansion, "graph.sparse_initializer[1]")],
            Inspect(3).Findings.Select(static finding => (finding.Code, finding.Place)));

        OnnxReport Inspect(int count) => OnnxInspection.Inspect(
            SomeUnsafeOnnx.Changed(m => m.Graph.SparseInitializer.Add(Enumerable.Range(0, count).Select(static number =>
                new SparseTensorProto
                {
                    Values = new TensorProto { Name = $"s{number}", DataType = 1, Dims = { 1 }, FloatData = { 1 } },
                    Indices = new TensorProto { DataType = 7, Dims = { 1 }, Int64Data = { 1 } },
                    Dims = { 150 },
                }))),
            limits);
    }

    [Fact]
    public void All_findings_are_reported_at_once_up_to_a_limit_and_the_rest_are_counted()
    {
        var bytes = SomeUnsafeOnnx.Changed(static m =>
        {
            m.Graph.Initializer.Add(SomeUnsafeOnnx.External());
            m.Graph.Node[0].Domain = "custom";
            m.Graph.Node.Add(new NodeProto { OpType = "EPContext", Domain = "com.microsoft" });
        });
        Assert.Equal(
            [FindingCode.EngineContext, FindingCode.ExternalData, FindingCode.OperatorDomain],
            OnnxInspection.Inspect(bytes).Findings.Select(static f => f.Code));

        var many = SomeUnsafeOnnx.Changed(static m => m.Graph.Initializer.Add(Enumerable.Repeat(SomeUnsafeOnnx.External(), 70)));
        var report = OnnxInspection.Inspect(many);
        Assert.Equal((50, 20), (report.Findings.Count, report.MoreFindings));
    }

    [Fact]
    public void Limits_can_be_lower()
    {
        var bytes = SomeUnsafeOnnx.Changed(static m => m.Graph.Initializer.Add(new TensorProto
        {
            Name = new string('v', 40),
            DataType = 1,
            Dims = { 0 },
        }));
        Assert.Empty(OnnxInspection.Inspect(bytes).Findings);
        foreach (var (limits, code) in ((ArtifactLimits, string)[])[
            (new ArtifactLimits { Nodes = 0 }, FindingCode.LimitNodes),
            (new ArtifactLimits { References = 2 }, FindingCode.LimitEntries),
            (new ArtifactLimits { Initializers = 1 }, FindingCode.LimitInitializers),
            (new ArtifactLimits { NameBytes = 39 }, FindingCode.LimitText),
            (new ArtifactLimits { RememberedBytes = 100 }, FindingCode.LimitText),
            (new ArtifactLimits { Rank = 1 }, FindingCode.LimitEntries),
            (new ArtifactLimits { Messages = 5 }, FindingCode.LimitEntries),
            (new ArtifactLimits { Nesting = 3 }, FindingCode.Nesting)])
        {
            Assert.Contains(OnnxInspection.Inspect(bytes, limits).Findings, finding => finding.Code == code);
        }
    }

    [Fact]
    public void Chunks_of_any_size_give_the_same_result_as_the_whole_file()
    {
        var models = SomeUnsafeOnnx.All.Where(static each => each.Bytes.Length < 20_000)
            .Select(static each => each.Bytes)
            .Append(SomeOnnx.Linear(5, 2))
            .ToArray();
        Gen.Select(Gen.Int[0, models.Length - 1], Gen.Int[1, 60].Array[1, 20]).Sample((which, sizes) =>
        {
            var bytes = models[which];
            var inspection = new OnnxInspection(bytes.Length, ArtifactLimits.Default);
            for (var (at, i) = (0, 0); at < bytes.Length; i++)
            {
                var size = Math.Min(sizes[i % sizes.Length], bytes.Length - at);
                inspection.Read(bytes.AsSpan(at, size));
                at += size;
            }

            var (chunked, whole) = (inspection.End(), OnnxInspection.Inspect(bytes));
            Assert.Equal(whole.Findings, chunked.Findings);
            Assert.Equal(whole.Interface?.ToString(), chunked.Interface?.ToString());
        });
    }

    [Fact]
    public void Random_bytes_have_findings_and_throw_nothing() =>
        Gen.Byte.Array[0, 400].Sample(static bytes => Assert.NotEmpty(OnnxInspection.Inspect(bytes).Findings), iter: 20_000);

    [Fact]
    public void A_good_model_that_is_changed_or_cut_anywhere_throws_nothing()
    {
        byte[][] models = [SomeOnnx.AddAndMultiply(Datatype.Int64, -1, 3), SomeOnnx.Linear(15, 2), Rich()];
        Gen.Select(Gen.Int[0, models.Length - 1], Gen.Select(
            Gen.Int[0, int.MaxValue - 1],
            Gen.Byte).Array[1, 4], Gen.Int[0, int.MaxValue - 1]).Sample(
            (which, changes, cut) =>
            {
                var bytes = (byte[])models[which].Clone();
                foreach (var (at, value) in changes)
                    bytes[at % bytes.Length] = value;
                foreach (var part in (byte[][])[bytes, bytes[..(cut % (bytes.Length + 1))], [.. bytes, .. bytes]])
                {
                    var report = OnnxInspection.Inspect(part);
                    // A report without findings has an interface.
                    Assert.True(report.Findings.Count > 0 || report.Interface is not null);
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void A_changed_model_that_is_accepted_reads_the_same_for_another_reader()
    {
        var model = Rich();
        Gen.Select(Gen.Int[0, model.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var bytes = (byte[])model.Clone();
                bytes[at] = value;
                var report = OnnxInspection.Inspect(bytes);
                if (report.Findings.Count > 0)
                    return;
                ModelProto other;
                try
                {
                    other = ModelProto.Parser.ParseFrom(bytes);
                }
                catch (InvalidProtocolBufferException)
                {
                    // It reads fields that are skipped here and refuses them, as the runtime would.
                    return;
                }

                Assert.Equal(other.Graph.Output.Select(static o => o.Name), report.Interface!.Outputs.Select(static o => o.Name));
                Assert.DoesNotContain(
                    other.Graph.Initializer,
                    static t => t.DataLocation != TensorProto.Types.DataLocation.Default || t.ExternalData.Count > 0);
                Assert.All(
                    other.Graph.Node,
                    static node => Assert.Contains(node.Domain, (string[])["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "own"]));
            },
            iter: 20_000);
    }

    [Fact]
    public void Reading_stops_after_many_findings_or_too_many_messages()
    {
        // Each initializer lacks a type. The second file has ten million empty dimensions in one shape.
        var wrong = SomeUnsafeOnnx.Changed(static m => m.Graph.Initializer.Add(Enumerable.Repeat(new TensorProto(), 90_000)));
        Assert.Equal(10_000, OnnxInspection.Inspect(wrong).MoreFindings);
        var many = RawProtobuf.Bytes(
            7,
            RawProtobuf.Bytes(
                13,
                RawProtobuf.Bytes(
                    2,
                    RawProtobuf.Bytes(
                        1,
                        RawProtobuf.Bytes(2, [.. Enumerable.Repeat((byte[])[0x0a, 0x00], 10_000_000).SelectMany(static each => each)])))));
        var report = OnnxInspection.Inspect(many);
        Assert.Null(report.Interface);
        Assert.Equal([FindingCode.LimitEntries], report.Findings.Select(static finding => finding.Code));
    }

    [Fact]
    public void Inspecting_a_gibibyte_of_weights_takes_little_memory()
    {
        const long Weights = 1L << 30;
        byte[] data = [
            .. RawProtobuf.Number(1, Weights / 4),
            .. RawProtobuf.Number(2, 1),
            .. RawProtobuf.Varint((9 << 3) | 2),
            .. RawProtobuf.Varint(Weights),
        ];
        byte[] tensor = [.. RawProtobuf.Varint((5 << 3) | 2), .. RawProtobuf.Varint((ulong)data.Length + Weights), .. data];
        var output = RawProtobuf.Bytes(12, SomeOnnx.Value("y", Datatype.Fp32, [1]).ToByteArray());
        byte[] head = [
            .. RawProtobuf.Number(1, 8),
            .. RawProtobuf.Bytes(8, []),
            .. RawProtobuf.Varint((7 << 3) | 2),
            .. RawProtobuf.Varint((ulong)output.Length + (ulong)tensor.Length + Weights),
            .. output,
            .. tensor,
        ];

        var before = GC.GetAllocatedBytesForCurrentThread();
        var inspection = new OnnxInspection(head.Length + Weights, ArtifactLimits.Default);
        inspection.Read(head);
        var chunk = new byte[64 * 1024];
        for (long sent = 0; sent < Weights; sent += chunk.Length)
            inspection.Read(chunk);
        Assert.Empty(inspection.End().Findings);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    /// <summary>A model with one message of each kind that the reader reads.</summary>
    private static byte[] Rich() => SomeUnsafeOnnx.Changed(static m =>
    {
        var inner = new GraphProto
        {
            Name = "inner",
            Initializer = { new TensorProto { Name = "i", DataType = 7, Dims = { 2 }, Int64Data = { 1, 300 } } },
            Output = { SomeOnnx.Value("o", Datatype.Int64, [2]) },
        };
        m.Graph.Node.Add(new NodeProto
        {
            OpType = "If",
            Attribute = { new AttributeProto { Name = "then_branch", G = inner }, new AttributeProto { Name = "else_branch", G = inner } },
        });
        m.Graph.Node.Add(new NodeProto
        {
            OpType = "f",
            Domain = "own",
            Attribute = { new AttributeProto { Name = "v", T = inner.Initializer[0], Ints = { 1, 2 }, Floats = { 1 } } },
        });
        m.Functions.Add(new FunctionProto { Name = "f", Domain = "own", Node = { new NodeProto { OpType = "Relu" } } });
        m.Graph.SparseInitializer.Add(new SparseTensorProto
        {
            Values = new TensorProto { Name = "s", DataType = 1, Dims = { 1 }, FloatData = { 1 } },
            Indices = new TensorProto { DataType = 7, Dims = { 1 }, Int64Data = { 1 } },
            Dims = { 4 },
        });
        m.Graph.ValueInfo.Add(SomeOnnx.Value("v", Datatype.Fp32, [-1, 2]));
        m.TrainingInfo.Add(new TrainingInfoProto { Initialization = inner });
    });
}
