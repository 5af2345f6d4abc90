using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Inference;

/// <summary>Measures what the same row costs a version in the ways in which it may come: as JSON, as JSON with spans for a collector, as a
/// message, and as a call by gRPC. The client is the same library each time, and only the version's processor time counts.</summary>
/// <param name="rounds">How many times each way is measured.</param>
/// <param name="seconds">How long each time.</param>
internal sealed class CallBench(int rounds, int seconds) : IDisposable
{
    private const int Callers = 32;
    private const int Prefix = 5;
    private const string CallPath = "/inference.GRPCInferenceService/ModelInfer";

    private static readonly LoadShape Json = new(Callers, 1);
    private static readonly LoadShape Message = new(Callers, 1, RequestForm.Message);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Callers });

    public void Dispose() => http.Dispose();

    /// <summary>Measures a model of the bench's registry.</summary>
    internal async Task<IReadOnlyList<CallReport>> RunAsync(
        BenchModel model, InferenceSettings settings, CancellationToken cancellation)
    {
        await using var collector = await SilentCollector.StartAsync();
        var port = FreePort.Find();
        await using var plain = await InferenceBench.StartAsync(
            "plain", InferenceBench.Program, settings with { GrpcUrls = $"http://127.0.0.1:{port}" }, cancellation);
        await using var traced = await InferenceBench.StartAsync(
            "traced", InferenceBench.Program, settings with { OtlpEndpoint = collector.Address }, cancellation);
        var (text, message) = (model.Body(Json), model.Body(Message));
        byte[] named = [.. RawProtobuf.Bytes(1, Encoding.UTF8.GetBytes(RouterBench.Model.Text)), .. message.Bytes];
        var framed = new byte[Prefix + named.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), named.Length);
        named.CopyTo(framed, Prefix);
        (string Way, MeasuredServer Server, Uri Address, WrkBody Body)[] ways =
        [
            ("JSON", plain, plain.Address, text),
            ("JSON, with spans", traced, traced.Address, text),
            ("message", plain, plain.Address, message),
            ("call by gRPC", plain, new Uri($"http://127.0.0.1:{port}{CallPath}"), new("application/grpc", framed)),
        ];
        var results = ways.ToDictionary(static way => way.Way, static _ => new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (way, server, address, body) in round % 2 == 0 ? ways.Reverse() : ways)
            {
                var before = server.Process.ProcessorTime();
                var count = await SendAsync(address, body, TimeSpan.FromSeconds(seconds), cancellation);
                await server.Process.CheckAsync();
                // The first round warms up.
                if (round > 0)
                    results[way].Add((server.Process.ProcessorTime() - before).TotalMicroseconds / count);
            }
        }

        var first = results[ways[0].Way];
        return
        [
            .. ways.Select(way => new CallReport(
                model.Name,
                way.Way,
                Spread.From(results[way.Way]),
                Spread.From(results[way.Way].Zip(first, static (one, other) => one / other)))),
        ];
    }

    private async Task<int> SendAsync(Uri address, WrkBody body, TimeSpan time, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
            async () =>
            {
                var count = 0;
                for (; Stopwatch.GetElapsedTime(began) < time; count++)
                    await SendAsync(address, body, cancellation);
                return count;
            },
            cancellation)));
        return counts.Sum();
    }

    private async Task SendAsync(Uri address, WrkBody body, CancellationToken cancellation)
    {
        var isCall = address.AbsolutePath == CallPath;
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = isCall ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body.Bytes) { Headers = { ContentType = new MediaTypeHeaderValue(body.Type) } },
        };
        if (isCall)
            request.Headers.TE.ParseAdd("trailers");
        using var answer = await http.SendAsync(request, cancellation);
        await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (answer.StatusCode != HttpStatusCode.OK || (isCall && answer.TrailingHeaders.GetValues("grpc-status").Single() != "0"))
            throw new BenchException($"a request got {(int)answer.StatusCode}, so there are no figures");
    }
}
