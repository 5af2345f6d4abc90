using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>Measures how many bytes of memory one byte of a request costs a pod that is otherwise idle.</summary>
internal static class MemoryCost
{
    // What the smallest pod accepts of every kind.
    private const int Bytes = 5 * 512 * 1024;

    // So that memory of the request before is given back.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2.5);

    /// <summary>Sends the costliest requests one at a time, each as often as this, and returns the peak bytes per byte of each
    /// kind.</summary>
    internal static async Task<IReadOnlyList<(string Kind, double PerByte)>> MeasureAsync(
        SoakPlatform platform, int times, CancellationToken cancellation)
    {
        var results = new List<(string, double)>();
        foreach (var model in SoakModel.All)
        {
            var (pod, address) = (platform.VersionOf(model), platform.Infer(model, throughRouter: false));
            var json = model.Costly(Bytes);
            results.Add((
                $"{model.Datatype}, elements '{model.Element}'", await MeasureAsync(pod, address, json, times, cancellation)));
            var binary = model.CostlyBinary(Bytes, out var jsonLength);
            results.Add((
                $"{model.Datatype}, as bytes",
                await MeasureAsync(pod, address, binary, times, cancellation, (HeaderNames.JsonLength, $"{jsonLength}"))));
            results.Add((
                $"{model.Datatype}, elements '{model.Element}', gzip, per expanded byte",
                await MeasureAsync(pod, address, Compress(json), times, cancellation, ("Content-Encoding", "gzip"))
                    * Compress(json).Length / json.Length));
        }

        var third = SoakModel.Third;
        var blanks = Encoding.ASCII.GetBytes(new string(' ', Bytes));
        results.Add((
            "blanks",
            await MeasureAsync(platform.VersionOf(third), platform.Infer(third, throughRouter: false), blanks, times, cancellation)));
        results.Add((
            "through the router, streamed",
            await MeasureAsync(platform.Router, platform.Infer(third, throughRouter: true), blanks, times, cancellation)));
        return results;
    }

    private static byte[] Compress(byte[] plain)
    {
        using var compressed = new MemoryStream();
        using (var compression = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            compression.Write(plain);
        return compressed.ToArray();
    }

    private static async Task<double> MeasureAsync(
        SoakPod pod,
        Uri address,
        byte[] body,
        int times,
        CancellationToken cancellation,
        params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        var most = 0.0;
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(Settle, cancellation);
            var before = pod.Used;
            pod.TakePeak();
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            foreach (var (name, value) in headers)
            {
                if (!message.Headers.TryAddWithoutValidation(name, value))
                    content.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ServiceUnavailable)
            {
                var why = await answer.Content.ReadAsStringAsync(cancellation);
                throw new BenchException($"{pod.Name} refused a body of {body.Length} bytes with {(int)answer.StatusCode}: {why}");
            }

            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            await stream.CopyToAsync(Stream.Null, cancellation);
            most = Math.Max(most, (double)(pod.TakePeak() - before) / body.Length);
        }

        return most;
    }
}
