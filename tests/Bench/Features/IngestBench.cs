using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Features.Definitions;
using ModelServing.TestKit;

namespace ModelServing.Bench.Features;

/// <summary>Measures the feature server as a process, with redis-server as its cache: from the first post until every event is
/// applied.</summary>
/// <param name="events">The number of events.</param>
internal sealed class IngestBench(int events)
{
    private const int Cards = 1_000;
    private const int EventsPerPost = 1_000;
    private const int Senders = 4;

    internal async Task<IReadOnlyList<IngestFigures>> RunAsync(CancellationToken cancellation) =>
        [await MeasureAsync(0, cancellation), await MeasureAsync(1, cancellation), await MeasureAsync(5, cancellation)];

    internal static void Print(IReadOnlyList<IngestFigures> figures, TextWriter output)
    {
        output.WriteLine("feature server with redis-server, posts of 1,000 events of 1,000 entities:");
        output.WriteLine("| views of 50 features | events/s per core of the server | events/s | events |");
        output.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (var each in figures)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {each.Views} | {each.PerCoreSecond:N0} | {each.PerSecond:N0} | {each.Events:N0} |"));
        }
    }

    private async Task<IngestFigures> MeasureAsync(int views, CancellationToken cancellation)
    {
        await using var redis = await RedisProcess.StartAsync(cancellation);
        using var folder = new TemporaryFolder();
        var definitions = Enumerable.Range(1, views).Select(static number => BenchView.Create($"bench-{number}")).ToList();
        foreach (var definition in definitions)
        {
            var path = folder.Combine("registry", ArtifactKeys.Definition(definition.View.Text, definition.Version));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, definition.ToUtf8(), cancellation);
        }

        await using var server = await StartAsync(redis, folder, definitions, cancellation);
        using var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };
        // The processor time of the start is not counted, and the code is compiled.
        await SendAsync(http, -EventsPerPost, cancellation);
        await AppliedAsync(http, server, cancellation);
        var (began, processor) = (Stopwatch.GetTimestamp(), server.Process.ProcessorTime());
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Increment(ref next) is var post && post * EventsPerPost < events)
                    await SendAsync(http, post * EventsPerPost, cancellation);
            },
            cancellation)));
        await AppliedAsync(http, server, cancellation);
        var sent = (events + EventsPerPost - 1) / EventsPerPost * EventsPerPost;
        return new IngestFigures(
            views,
            sent,
            sent / Stopwatch.GetElapsedTime(began).TotalSeconds,
            sent / (server.Process.ProcessorTime() - processor).TotalSeconds);
    }

    private static async Task<MeasuredFeatureServer> StartAsync(
        RedisProcess redis, TemporaryFolder folder, IReadOnlyList<ViewDefinition> definitions, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        Directory.CreateDirectory(folder.Combine("registry"));
        var settings = new FeatureServerSettings
        {
            Registry = HostSources.File(folder.Combine("registry")),
            Cache = redis.Settings,
            Log = new EventLogSettings { Folder = folder.Combine("events") },
            Views = [.. definitions.Select(static view => new NamedView(view.View.Text, view.Version))],
            Urls = address,
            StopWithParent = true,
        };
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var start = new ProcessStartInfo(
            Path.GetFullPath(Path.Combine(own, "..", "..", "FeatureServer", Path.GetFileName(own), "ModelServing.FeatureServer")));
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        var process = await ServerProcess.StartAsync("feature-server", start, port, CloseInputAsync, cancellation);
        return new MeasuredFeatureServer(process, new Uri(address));
    }

    private static async Task AppliedAsync(HttpClient http, MeasuredFeatureServer server, CancellationToken cancellation)
    {
        while (true)
        {
            await server.Process.CheckAsync();
            using var answer = await http.GetAsync(FeaturePaths.Views, cancellation);
            if (answer.IsSuccessStatusCode)
            {
                var served = ServedViews.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
                if (served.LastSequence > 0 && served.Views.All(view => view.Filled && view.AppliedTo >= served.LastSequence))
                    return;
            }

            await Task.Delay(20, cancellation);
        }
    }

    // Each card pays once a second.
    private static async Task SendAsync(HttpClient http, int first, CancellationToken cancellation)
    {
        var time = DateTimeOffset.UtcNow.AddDays(-2);
        var body = new StringBuilder("{\"events\":[");
        for (var number = first; number < first + EventsPerPost; number++)
        {
            var card = ((number % Cards) + Cards) % Cards;
            body.Append(number == first ? "" : ",").Append(
                CultureInfo.InvariantCulture,
                $"{{\"source\":\"payments\",\"id\":\"{number}\",\"time\":\"{IsoTime.Write(time.AddSeconds(number / (double)Cards))}\"," +
                    $"\"fields\":{{\"card_id\":{card},\"amount\":{1 + (card % 90)}.25,\"online\":{(card % 3 == 0 ? "true" : "false")}," +
                    $"\"category\":\"category-{card % 40}\"}}}}");
        }

        while (true)
        {
            using var content = new StringContent(body + "]}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var answer = await http.PostAsync(FeaturePaths.Events, content, cancellation);
            if (answer.IsSuccessStatusCode)
                return;
            // The log is not open yet.
            if ((int)answer.StatusCode != 503)
                throw new BenchException($"the feature server refused a post: {await answer.Content.ReadAsStringAsync(cancellation)}");
            await Task.Delay(50, cancellation);
        }
    }

    private static Task CloseInputAsync(Process process)
    {
        process.StandardInput.Close();
        return Task.CompletedTask;
    }
}
