using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Evidence;

/// <summary>Calls of ModelInfer by gRPC, with a deadline or a reset of their stream.</summary>
/// <param name="model">The model, <c>third</c>.</param>
/// <param name="elements">The elements of the input.</param>
/// <param name="deadlines">Whether the calls have short deadlines.</param>
/// <param name="resets">Whether the caller resets each stream after a few milliseconds.</param>
internal sealed class EvidenceCalls(string model, int elements, bool deadlines, bool resets)
{
    private const int LongestMilliseconds = 30;

    // One connection for all calls, as a flood of resets has.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    private readonly byte[] message = Frame(model, elements);

    /// <summary>Makes one call.</summary>
    /// <param name="grpc">The router's address.</param>
    /// <param name="metadata">The caller's credential and routing key.</param>
    /// <param name="random">Decides about times.</param>
    internal async Task SendAsync(Uri grpc, IReadOnlyList<string> metadata, Random random)
    {
        using var content = new ByteArrayContent(message);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(grpc, "inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var header in metadata)
            call.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);
        var milliseconds = 1 + random.Next(LongestMilliseconds);
        if (deadlines)
            call.Headers.Add("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m"));
        using var reset = new CancellationTokenSource();
        if (resets)
            reset.CancelAfter(milliseconds);
        try
        {
            using var answer = await Client.SendAsync(call, reset.Token);
            await answer.Content.CopyToAsync(Stream.Null, reset.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // That is the attack.
        }
    }

    private static byte[] Frame(string model, int elements)
    {
        byte[] input =
        [
            .. RawProtobuf.Bytes(1, "x"u8),
            .. RawProtobuf.Bytes(2, "FP64"u8),
            .. RawProtobuf.Bytes(3, RawProtobuf.Varint((ulong)elements)),
        ];
        byte[] request =
        [
            .. RawProtobuf.Bytes(1, Encoding.UTF8.GetBytes(model)),
            .. RawProtobuf.Bytes(5, input),
            .. RawProtobuf.Bytes(7, new byte[elements * sizeof(double)]),
        ];
        var length = (uint)request.Length;
        return [0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. request];
    }
}
