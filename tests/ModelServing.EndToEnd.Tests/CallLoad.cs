using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Callers that send the sample's rows by gRPC until disposal, one call after another, each with a pause between two.</summary>
internal sealed class CallLoad : IAsyncDisposable
{
    private const int Prefix = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = MsProcess.Timeout };
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<CallAnswer> answers = new();
    private readonly Task callers;

    /// <summary>Starts the callers.</summary>
    internal CallLoad(Uri router, int count) => callers = Task.WhenAll(Enumerable.Range(0, count).Select(caller => Task.Run(async () =>
    {
        for (var i = caller; !ending.IsCancellationRequested; i += count)
        {
            answers.Enqueue(await CallAsync(router, i % Load.Rows.Count));
            await Task.Delay(Pause);
        }
    })));

    /// <summary>All answers so far.</summary>
    internal CallAnswer[] Answers => [.. answers];

    /// <summary>Waits for a number of further answers.</summary>
    internal async Task MoreAsync(int count)
    {
        var until = answers.Count + count;
        await Until.TrueAsync(() => answers.Count >= until, () => $"{count} more answers never came");
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await callers;
        ending.Dispose();
        http.Dispose();
    }

    private async Task<CallAnswer> CallAsync(Uri router, int row)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(router, "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Message(Load.Rows[row].Features.Span)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        try
        {
            using var answer = await http.SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            string? Header(string name) => answer.TrailingHeaders.TryGetValues(name, out var values)
                || answer.Headers.TryGetValues(name, out values) ? string.Join(',', values) : null;
            return new CallAnswer(
                int.Parse(Header("grpc-status") ?? "-1", CultureInfo.InvariantCulture),
                Header("x-problem-reason"),
                Header(HeaderNames.ModelVariant),
                Header(HeaderNames.ModelFailover),
                Header("grpc-message") ?? $"{body.Length} bytes");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return new CallAnswer(-1, null, null, null, e.ToString());
        }
    }

    private static byte[] Message(ReadOnlySpan<float> features)
    {
        byte[] input =
        [
            .. RawProtobuf.Bytes(1, "features"u8), .. RawProtobuf.Bytes(2, "FP32"u8),
            .. RawProtobuf.Number(3, 1), .. RawProtobuf.Number(3, (ulong)features.Length),
        ];
        byte[] message =
            [.. RawProtobuf.Bytes(1, "fraud"u8), .. RawProtobuf.Bytes(5, input), .. RawProtobuf.Bytes(7, MemoryMarshal.AsBytes(features))];
        var framed = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, Prefix);
        return framed;
    }
}
