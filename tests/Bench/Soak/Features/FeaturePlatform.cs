using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Features;

/// <summary><c>ms up</c> with the views of the soak, and a model of two versions that answers its own input: version 1 in FP64 as stable,
/// version 2 in FP32 as canary.</summary>
internal sealed class FeaturePlatform : IAsyncDisposable
{
    // Not an assertion about speed: anything longer is a hang.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    // Longer than a version uses a state again.
    private static readonly TimeSpan StatesAreRead = TimeSpan.FromMilliseconds(200);

    private readonly TemporaryFolder folder = new();
    private readonly int port = FreePort.Find();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private ProgramProcess? ms;

    internal static ModelName Model { get; } = ModelName.Parse("fraud");

    /// <summary>The folder of the registry and of the shipped event log.</summary>
    internal string Registry => Path.Combine(State, "registry");

    /// <summary>The prediction log.</summary>
    internal string Predictions => Path.Combine(State, "predictions.db");

    /// <summary>A folder for temporary files.</summary>
    internal string Scratch => folder.Combine("scratch");

    private string State => folder.Combine(".modelserving", "dev");

    private ProgramProcess Platform => ms ?? throw new InvalidOperationException("the platform is not started");

    /// <summary>Publishes the views and the versions, and starts the platform; it serves when the task completes.</summary>
    internal async Task StartAsync(CancellationToken cancellation)
    {
        var store = RegistryLocation.Open(HostSources.File(Registry));
        foreach (var engine in SoakViews.Engines)
            await new PublishedViews(store).PublishAsync(engine.Definition, cancellation);
        var registry = new ModelRegistry(store, TimeProvider.System);
        foreach (var (version, datatype) in ((int, Datatype)[])[(1, Datatype.Fp64), (2, Datatype.Fp32)])
        {
            await registry.PublishAsync(
                Model,
                new ModelVersion(version),
                SomeOnnx.Identity(datatype, -1, SoakViews.Features.Columns.Count),
                new TrainingInfo { Features = SoakViews.Features },
                cancellation);
        }

        var views = string.Join(", ", SoakViews.Engines.Select(static engine => $"{engine.Definition.View.Text}: {{ versions: [1] }}"));
        await File.WriteAllTextAsync(
            folder.Combine("Pulumi.dev.yaml"),
            $$"""
            config:
              modelserving:local: { port: {{port}} }
              modelserving:models:
                {{Model}}: { stable: { version: 1 }, canary: { version: 2, percent: 50, allowOtherInterface: true } }
              modelserving:features: { views: { {{views}} } }
            """,
            cancellation);
        ms = Start("up");
        await ms.UntilAsync(() => ms.Output.Contains("Ctrl-C stops everything", StringComparison.Ordinal), "the platform is ready");
    }

    /// <summary>Predicts a payment, as a client does.</summary>
    /// <returns>The request's identifier, and the model's output.</returns>
    internal async Task<(string RequestId, double[] Output)> PredictAsync(SoakPayment payment, CancellationToken cancellation)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $$"""
            {"inputs":[{"name":"{{SoakViews.CardId}}","shape":[1],"datatype":"INT64","data":[{{payment.Card}}]},
            {"name":"{{SoakViews.Terminal}}","shape":[1],"datatype":"BYTES","data":["{{payment.Terminal}}"]},
            {"name":"{{SoakViews.Amount}}","shape":[1],"datatype":"FP64","data":[{{payment.Amount}}]},
            {"name":"time","shape":[1],"datatype":"INT64","data":[{{payment.Time.Microseconds}}]}]}
            """);
        using var content = Json(body);
        using var answer = await http.PostAsync(Api(InferencePaths.Infer(Model)), content, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"payment {payment.Number} was answered with {(int)answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        var output = document.RootElement.GetProperty("outputs")[0];
        var isSingle = output.GetProperty("datatype").GetString() == "FP32";
        return (
            answer.Headers.GetValues(HeaderNames.RequestId).Single(),
            [.. output.GetProperty("data").EnumerateArray().Select(element => NumberOf(element, isSingle))]);
    }

    /// <summary>Posts the events of payments in this order. While the feature server restarts, they are posted again.</summary>
    internal async Task PostAsync(IEnumerable<SoakPayment> payments, CancellationToken cancellation)
    {
        var body = $"{{\"events\":[{string.Join(',', payments.SelectMany(EventsOf))}]}}";
        await AskAsync(HttpMethod.Post, FeaturePaths.Events, body, cancellation);
    }

    /// <summary>Reads the features of payments' entities from the feature server, at the time of the last one.</summary>
    internal async Task<FeatureAnswer> ReadAsync(IReadOnlyList<SoakPayment> payments, CancellationToken cancellation)
    {
        var reads = payments.SelectMany(static payment => (EntityRead[])
        [
            ReadOf(0, SoakViews.CardId, payment.Card) with
            {
                Request = new Dictionary<string, double> { [SoakViews.Amount] = payment.Amount },
            },
            ReadOf(1, SoakViews.Terminal, payment.Terminal),
        ]);
        var query = new FeatureQuery([.. reads]) { Time = payments[^1].Time.ToDateTimeOffset() };
        return FeatureAnswer.Parse(
            await AskAsync(HttpMethod.Post, FeaturePaths.Read, Encoding.UTF8.GetString(query.ToUtf8()), cancellation));
    }

    /// <summary>Waits until all events are applied to all views and no version uses an older state, and returns the last
    /// sequence.</summary>
    internal async Task<long> SettleAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var served = ServedViews.Parse(await AskAsync(HttpMethod.Get, FeaturePaths.Views, null, cancellation));
            if (served.Views.All(view => view.Filled && view.AppliedTo >= served.LastSequence))
            {
                await Task.Delay(StatesAreRead, cancellation);
                return served.LastSequence;
            }

            if (Stopwatch.GetElapsedTime(began) > HangLimit)
                throw new BenchException($"the events were never applied: {served}\n{Platform.Output}");
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Lets the cache lose all of its values.</summary>
    internal async Task FlushAsync(CancellationToken cancellation)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(State, "cache.address"), cancellation);
        var answer = await RedisServer.SendAsync(IPEndPoint.Parse(lines[0]), lines[1], "FLUSHALL", cancellation)
            .WaitAsync(HangLimit, cancellation);
        if (!answer.StartsWith("+OK", StringComparison.Ordinal))
            throw new BenchException($"FLUSHALL was answered with {answer}");
    }

    /// <summary>Runs <c>ms features rebuild</c> for both views, and returns what it printed.</summary>
    /// <param name="shard">The part of the entities; null for all.</param>
    internal async Task<string> RebuildAsync(string? shard)
    {
        await using var rebuild = Start(
        [
            "features", "rebuild",
            .. SoakViews.Engines.SelectMany(static engine => (string[])["--view", $"{engine.Definition.View.Text}/v1"]),
            .. shard is null ? (string[])[] : ["--shard", shard],
        ]);
        return await rebuild.ExitAsync() == 0 ? rebuild.Output : throw new BenchException(rebuild.Output);
    }

    /// <summary>Halts the feature server, so it does nothing until it is killed.</summary>
    /// <returns>Kills the server; the platform then starts another.</returns>
    internal Action HaltFeatureServer()
    {
        var id = Platform.Children().Single(static child => child.Value.Contains("FeatureServer", StringComparison.Ordinal)).Key;
        using (var halt = Process.Start("kill", ["-s", "STOP", id.ToString(CultureInfo.InvariantCulture)]))
            halt.WaitForExit();
        return () =>
        {
            using var server = Process.GetProcessById(id);
            server.Kill();
        };
    }

    /// <summary>Stops the platform, as Ctrl-C does. All records and events are shipped then.</summary>
    internal Task StopAsync() => Platform.DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (ms is not null)
            await ms.DisposeAsync();
        http.Dispose();
        folder.Dispose();
    }

    private ProgramProcess Start(params string[] arguments) => ProgramProcess.Start(
        Path.Combine("Cli", "release", "ms.dll"), arguments, folder.FullPath, new Dictionary<string, string>());

    private Uri Api(string path) => new($"http://127.0.0.1:{port}{path}");

    private async Task<byte[]> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellation)
    {
        var (began, last) = (Stopwatch.GetTimestamp(), "");
        while (Stopwatch.GetElapsedTime(began) < HangLimit)
        {
            try
            {
                var address = new Uri(await File.ReadAllTextAsync(Path.Combine(State, "features.address"), cancellation));
                using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = body is null ? null : Json(body) };
                request.Headers.Add(
                    HeaderNames.ApiKey, (await File.ReadAllTextAsync(Path.Combine(State, "operator.key"), cancellation)).Trim());
                using var answer = await http.SendAsync(request, cancellation);
                if (answer.IsSuccessStatusCode)
                    return await answer.Content.ReadAsByteArrayAsync(cancellation);
                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}";
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    break;
            }
            catch (Exception e) when (
                e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // It restarts.
                last = e.Message;
            }

            await Task.Delay(Pause, cancellation);
        }

        throw new BenchException($"{path} of the feature server: {last}\n{Platform.Output}");
    }

    private static IEnumerable<string> EventsOf(SoakPayment payment)
    {
        var time = IsoTime.Write(payment.EventTime.ToDateTimeOffset());
        yield return string.Create(CultureInfo.InvariantCulture, $$$"""
            {"source":"payments","id":"tx-{{{payment.Number}}}","time":"{{{time}}}","fields":{"card_id":{{{payment.Card}}},
            "terminal":"{{{payment.Terminal}}}","amount":{{{payment.Amount:0.00}}},"category":"c{{{payment.Cents % 13}}}"}}
            """);
        if (payment.Number % 20 == 3)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $$$"""
                {"source":"frauds","id":"tx-{{{payment.Number}}}","time":"{{{time}}}","fields":{"terminal":"{{{payment.Terminal}}}"}}
                """);
        }
    }

    private static EntityRead ReadOf<T>(int view, string key, T value) => new(
        SoakViews.Engines[view].Definition.View.Text,
        SoakViews.Engines[view].Definition.Version,
        new Dictionary<string, JsonElement> { [key] = JsonSerializer.SerializeToElement(value) });

    // A number that is not finite is a text.
    private static double NumberOf(JsonElement element, bool isSingle)
    {
        if (element.ValueKind == JsonValueKind.String)
            return double.Parse(element.GetString()!, CultureInfo.InvariantCulture);
        return isSingle ? element.GetSingle() : element.GetDouble();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
