using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using CsCheck;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>
/// Changes bodies at random and reads them. The bodies of <c>tests/Hostile/requests.yaml</c> are the corpus; a body that breaks a reader
/// belongs there. <c>./dev soak fuzz</c> runs this for longer: CsCheck reads the time from its environment.
/// </summary>
public class DecoderFuzzTests
{
    private const int Iterations = 3000;

    // More than the tensors of the small bodies here need beside what follows from their lengths.
    private const int Allowance = 4096;

    private static readonly TensorSpec[] All =
    [
        .. Enum.GetValues<Datatype>().Select(static (type, i) =>
            new TensorSpec(new TensorInfo($"x{i}", type, [-1])) { IsOptional = true }),
    ];

    private static readonly TensorSpec[] Matrix = [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1, 2]), ["n", ""])];

    private static readonly TensorSpec[] Texts = [new TensorSpec(new TensorInfo("s", Datatype.Bytes, [-1]))];

    private static readonly TensorSpec[] Output = [new TensorSpec(new TensorInfo("t", Datatype.Bytes, [-1]))];

    private static readonly byte[][] Pieces =
    [
        .. ((string[])
            [
                "", "[", "]", "{", "}", ",", "\"", "0", "-1", "1e999", "null", "\\", ":", "\"data\":", "\\ud83d", "\u00ff", "NaN",
                "\"binary_data_size\":4", "\"parameters\":{", "\"shape\":[9223372036854775807]", "\"binary_data\":true",
            ]).Select(Encoding.UTF8.GetBytes),
        [0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], [0], [128],
    ];

    private static readonly (TensorSpec[] Specs, byte[] Body, int? JsonLength)[] Seeds = [.. HostileSeeds(), .. OwnSeeds()];

    private static readonly Gen<byte[]> Piece = Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]);

    private static readonly Gen<(int At, int Length, byte[] Piece)[]> Changes =
        Gen.Select(Gen.Int[0, 2000], Gen.Int[0, 8], Piece).Array[0, 4];

    [Fact]
    public void Any_body_is_read_or_refused_and_what_is_read_is_the_same_in_either_form() =>
        Gen.Select(Gen.Int[0, Seeds.Length - 1], Changes, Gen.Int[-3, 3]).Sample(
            (index, changes, shift) =>
            {
                var seed = Seeds[index];
                var body = FuzzedBody.Change(seed.Body, changes);
                var jsonLength = seed.JsonLength is { } length ? Math.Max(0, length + shift) : (int?)null;
                var reader = new InferRequestReader(seed.Specs, Output);
                InferRequest request;
                try
                {
                    request = reader.Read(body, jsonLength);
                }
                catch (RequestFaultException e)
                {
                    Assert.NotEmpty(e.Message);
                    return;
                }

                using (request)
                {
                    var most = (body.Length * (1 + TensorCost.PerByte(seed.Specs))) + Allowance;
                    Assert.InRange(TensorCost.Measure(seed.Specs, request.Inputs, body.Length), 0, (long)most + (3 * body.Length));
                    RequireSameInOtherForm(reader, seed.Specs, request);
                }
            },
            iter: Iterations,
            print: static failed => Convert.ToHexString(FuzzedBody.Change(Seeds[failed.Item1].Body, failed.Item2)));

    [Fact]
    public void Any_compressed_body_is_expanded_or_refused() =>
        Gen.Select(Gen.Byte.Array[1, 400], Gen.Int[1, 200], Changes, Gen.Bool).Sample(
            (part, times, changes, isGzip) =>
            {
                var plain = Enumerable.Repeat(part, times).SelectMany(static bytes => bytes).ToArray();
                var compressed = FuzzedBody.Change(Compress(plain, isGzip), changes);
                try
                {
                    var expanded = Expand(compressed, isGzip ? BodyCoding.Gzip : BodyCoding.Deflate);
                    if (changes.Length == 0)
                        Assert.Equal(plain, expanded);
                }
                catch (RequestFaultException e)
                {
                    Assert.True(changes.Length > 0, e.Message);
                    Assert.StartsWith("Content-Encoding: ", e.Message, StringComparison.Ordinal);
                }
            },
            iter: Iterations,
            print: static failed => Convert.ToHexString(failed.Item1));

    // Reading what was read once more, all inputs as bytes, must give the same elements.
    private static void RequireSameInOtherForm(InferRequestReader reader, TensorSpec[] specs, InferRequest request)
    {
        var present = Enumerable.Range(0, specs.Length).Where(i => request.Inputs[i].Shape is not [0]).ToList();
        var (body, jsonLength) = FuzzedBody.Binary(specs, request, present);
        using var binary = reader.Read(body, jsonLength);
        foreach (var i in present)
            Assert.Equal(FuzzedBody.Bytes(specs[i], request.Inputs[i]), FuzzedBody.Bytes(specs[i], binary.Inputs[i]));
        if (present.Exists(i => specs[i].IsText && !AreTexts(request.Inputs[i])))
            return;
        // A NaN has many forms as bytes and one in JSON.
        var text = FuzzedBody.Json(specs, request, present, isBinary: false);
        using var read = reader.Read(text);
        Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(FuzzedBody.Json(specs, read, present, isBinary: false)));
    }

    private static bool AreTexts(RuntimeTensor tensor)
    {
        for (var i = 0; i < tensor.Count; i++)
        {
            if (!Utf8.IsValid(tensor.Value.GetStringElementAsSpan(i)))
                return false;
        }

        return true;
    }

    private static IEnumerable<(TensorSpec[], byte[], int?)> HostileSeeds()
    {
        foreach (var request in HostileRequests.OfKind("requests").Where(static request => request.Coding is null))
        {
            var body = request.Body.ToBytes();
            var header = request.Headers.FirstOrDefault(static header => header.StartsWith("Inference-Header", StringComparison.Ordinal));
            var length = header is not null && int.TryParse(header.Split(": ")[1], out var value) && value >= 0 ? value : (int?)null;
            if (body.Length < 2000)
                yield return (Texts, body, length);
        }
    }

    private static IEnumerable<(TensorSpec[], byte[], int?)> OwnSeeds()
    {
        for (var i = 0; i < All.Length; i++)
        {
            var data = new byte[16];
            if (All[i].IsText)
                BinaryPrimitives.WriteInt32LittleEndian(data, 12);
            var count = All[i].IsText ? 1 : 16 / All[i].Format.ElementBytes;
            var json = Encoding.UTF8.GetBytes(
                $$$"""{"inputs":[{"name":"x{{{i}}}","datatype":"{{{All[i].DatatypeText}}}","shape":[{{{count}}}],"parameters":{"binary_data_size":16}}]}""");
            yield return (All, [.. json, .. data], json.Length);
            var element = All[i].IsText ? "\"a\"" : All[i].Datatype == Datatype.Bool ? "true" : "1";
            yield return (All, Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x{{i}}","datatype":"{{All[i].DatatypeText}}","shape":[2],"data":[{{element}},{{element}}]}]}"""), null);
        }

        yield return (Matrix, new byte[32], 0);
        yield return (Texts, [255, 0], 0);
    }

    private static byte[] Compress(byte[] plain, bool isGzip)
    {
        using var compressed = new MemoryStream();
        using (Stream compression = isGzip
            ? new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            compression.Write(plain);
        return compressed.ToArray();
    }

    private static byte[] Expand(byte[] compressed, BodyCoding coding)
    {
        var pinned = GCHandle.Alloc(compressed, GCHandleType.Pinned);
        try
        {
            using var expansion = new BodyExpansion(pinned.AddrOfPinnedObject(), compressed.Length, coding);
            using var all = new MemoryStream();
            var buffer = new byte[1000];
            for (var read = expansion.Read(buffer); read > 0 && all.Length < 1_000_000; read = expansion.Read(buffer))
                all.Write(buffer, 0, read);
            return all.ToArray();
        }
        finally
        {
            pinned.Free();
        }
    }
}
