using System.Buffers;
using CsCheck;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Protocol.Protobuf;
using ModelServing.Registry;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference.Protocol.Protobuf;

/// <summary>
/// Changes messages at random and reads them. The bodies of <c>tests/Hostile/messages.yaml</c> are the corpus; a body that breaks the
/// reader belongs there. <c>./dev soak fuzz</c> runs this for longer: CsCheck reads the time from its environment.
/// </summary>
public class ProtobufFuzzTests
{
    private const int Iterations = 3000;

    // More than the tensors of the small bodies here need beside what follows from their lengths.
    private const int Allowance = 4096;

    private static readonly TensorSpec[] All =
    [
        .. Enum.GetValues<Datatype>().Select(static (type, i) =>
            new TensorSpec(new TensorInfo($"x{i}", type, [-1])) { IsOptional = true }),
    ];

    private static readonly TensorSpec[] Texts = [new TensorSpec(new TensorInfo("s", Datatype.Bytes, [-1]))];

    private static readonly TensorSpec[] Numbers = [new TensorSpec(new TensorInfo("x", Datatype.Fp64, [-1]))];

    private static readonly TensorSpec[] Outputs = [new TensorSpec(new TensorInfo("t", Datatype.Bytes, [-1]))];

    private static readonly byte[][] Pieces =
    [
        [], [0], [1], [0x80], [0xFF], [0x0A], [0x12], [0x1A], [0x2A], [0x32], [0x3A], [0x42], [0x2B], [0x2C], [0x2D], [0x29],
        [0x80, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0, 0, 0],
        Packed(3, 2), Packed(3, long.MaxValue), Packed(3, -1), Text(1, "s"), Contents(Text(8, "a")), Contents(),
        Raw([1, 0, 0, 0, 0xFF]), Raw([]), Output("t"), Parameter(4, "timeout", RawProtobuf.Number(2, 1)),
        RawProtobuf.Number(100, ulong.MaxValue),
    ];

    private static readonly (TensorSpec[] Specs, byte[] Body)[] Seeds = [.. HostileSeeds(), .. OwnSeeds()];

    private static readonly Gen<byte[]> Piece = Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]);

    private static readonly Gen<(int At, int Length, byte[] Piece)[]> Changes =
        Gen.Select(Gen.Int[0, 2000], Gen.Int[0, 8], Piece).Array[0, 4];

    [Fact]
    public void Any_message_is_read_or_refused_and_what_is_read_is_the_same_in_each_form() =>
        Gen.Select(Gen.Int[0, Seeds.Length - 1], Changes).Sample(
            (index, changes) =>
            {
                var (specs, seed) = Seeds[index];
                var body = FuzzedBody.Change(seed, changes);
                InferRequest request;
                try
                {
                    request = new ProtobufRequestReader(specs, Outputs).Read(body);
                }
                catch (RequestFaultException e)
                {
                    Assert.NotEmpty(e.Message);
                    return;
                }

                using (request)
                {
                    var most = (body.Length * (1 + TensorCost.PerProtobufByte(specs))) + Allowance;
                    Assert.InRange(TensorCost.Measure(specs, request.Inputs, body.Length), 0, (long)most + (3 * body.Length));
                    RequireSameInOtherForms(specs, request);
                }
            },
            iter: Iterations,
            print: static failed => Convert.ToHexString(FuzzedBody.Change(Seeds[failed.Item1].Body, failed.Item2)));

    // What was read, written as JSON with bytes, as a message with typed contents and as one with raw contents, must be read as the same.
    private static void RequireSameInOtherForms(TensorSpec[] specs, InferRequest request)
    {
        List<int> present = [.. Enumerable.Range(0, specs.Length).Where(i => request.Inputs[i].Shape is not [0])];
        var (json, length) = FuzzedBody.Binary(specs, request, present);
        using var binary = new InferRequestReader(specs, Outputs).Read(json, length);
        RequireSame(specs, request, binary, present);
        var reader = new ProtobufRequestReader(specs, Outputs);
        using var raw = reader.Read(Join([
            .. present.Select(i => Input(specs[i].Name, specs[i].DatatypeText, request.Inputs[i].Shape)),
            .. present.Select(i => Raw(FuzzedBody.Bytes(specs[i], request.Inputs[i]))),
        ]));
        RequireSame(specs, request, raw, present);
        List<int> typed = [.. present.Where(i => ContentsFields.NumberOf(specs[i].Datatype) != 0)];
        if (typed.Count < present.Count)
            return;
        using var read = reader.Read(Join(typed.Select(i =>
        {
            var contents = new ArrayBufferWriter<byte>();
            TypedElements.Write(contents, specs[i], request.Inputs[i]);
            Assert.Equal(contents.WrittenCount, TypedElements.LengthOf(specs[i], request.Inputs[i]));
            return Input(specs[i].Name, specs[i].DatatypeText, request.Inputs[i].Shape, Contents(contents.WrittenSpan.ToArray()));
        })));
        RequireSame(specs, request, read, present);
    }

    private static void RequireSame(TensorSpec[] specs, InferRequest one, InferRequest other, List<int> present)
    {
        foreach (var i in present)
            Assert.Equal(FuzzedBody.Bytes(specs[i], one.Inputs[i]), FuzzedBody.Bytes(specs[i], other.Inputs[i]));
    }

    private static IEnumerable<(TensorSpec[], byte[])> HostileSeeds()
    {
        foreach (var request in HostileRequests.OfKind("messages"))
        {
            var body = request.Body.ToBytes();
            if (body.Length < 2000)
                yield return (request.Model == "third" ? Numbers : Texts, body);
        }
    }

    private static IEnumerable<(TensorSpec[], byte[])> OwnSeeds()
    {
        for (var i = 0; i < All.Length; i++)
        {
            var spec = All[i];
            var data = new byte[16];
            if (spec.IsText)
                data[0] = 12;
            var count = spec.IsText ? 1 : 16 / spec.Format.ElementBytes;
            yield return (All, Join(Input(spec.Name, spec.DatatypeText, [count]), Raw(data)));
            var number = ContentsFields.NumberOf(spec.Datatype);
            if (number == 0)
                continue;
            var contents = spec.IsText ? Text(number, "a")
                : spec.Datatype is Datatype.Fp32 or Datatype.Fp64 ? RawProtobuf.Bytes(number, new byte[spec.Format.ElementBytes])
                : Packed(number, 1);
            yield return (All, Input(spec.Name, spec.DatatypeText, [2], Contents(contents, contents)));
        }
    }
}
