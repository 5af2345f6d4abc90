using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Hosting;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;
using ModelServing.TestKit.Monitoring;
using static ModelServing.Services.Tests.Cache.Reports.SomeReports;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

/// <summary>The function with all its services: a cache, a journal in a file, an emulator of Monitoring, and a fixed clock.</summary>
internal sealed class TestedModelMetrics : IAsyncDisposable
{
    internal const string Environment = "dev";
    internal static readonly ModelName Fraud = SomeEvents.Fraud;

    // At the time when the last reports of the minute must have arrived.
    internal static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();
    private readonly List<WebApplication> apps = [];

    private TestedModelMetrics(TestedCache cache, MonitoringEmulator monitoring, SetTime time)
    {
        Cache = cache;
        Monitoring = monitoring;
        Time = time;
        Settings = new FunctionsHostSettings
        {
            Function = FunctionName.ModelMetrics,
            Environment = Environment,
            Journal = HostSources.Sqlite(folder.Combine("journal.db")),
            Cache = cache.Settings,
            Monitoring = HostSources.Monitoring(MonitoringEmulator.Compartment),
            Oci = new OciSettings
            {
                Identity = OciIdentity.ConfigFile,
                ConfigFile = monitoring.Identity.ConfigFile,
                MonitoringEndpoint = monitoring.Endpoint.GetLeftPart(UriPartial.Authority),
            },
        };
        Journal = new RolloutJournal(new SqliteJournalStore(folder.Combine("journal.db")));
    }

    internal TestedCache Cache { get; }

    internal MonitoringEmulator Monitoring { get; }

    internal SetTime Time { get; }

    internal RolloutJournal Journal { get; }

    internal FunctionsHostSettings Settings { get; set; }

    /// <summary>The minute that ended at noon.</summary>
    internal static long LastMinute { get; } = MinuteReports.NumberOf(Noon, TimeSpan.FromMinutes(1)) - 1;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<TestedModelMetrics> StartAsync()
    {
        var time = new SetTime { Now = Noon + TimeSpan.FromSeconds(10) };
        return new TestedModelMetrics(await TestedGarnet.StartAsync(), await MonitoringEmulator.StartAsync(time), time);
    }

    /// <summary>Reports like a process of Inference.</summary>
    internal Task ReportAsync(long minute, ProcessReport report, ModelName? model = null) =>
        new MinuteReports(Cache.Open(), Environment, TimeSpan.FromMinutes(1)).WriteAsync(model ?? Fraud, minute, report, Token);

    /// <summary>Reports like the feature server.</summary>
    internal Task ReportAsync(long minute, FeatureReport report) =>
        new FeatureReports(Cache.Open(), Environment, TimeSpan.FromMinutes(1)).WriteAsync(minute, report, Token);

    /// <summary>Reports the inputs of a version like one of its processes.</summary>
    internal Task ReportAsync(long minute, ModelVersion version, params InputCounts[] inputs) =>
        new InputReports(Cache.Open(), Environment, TimeSpan.FromMinutes(1)).WriteAsync(
            Fraud, minute, version, Guid.NewGuid(), new InputReport(inputs), Token);

    /// <summary>Reports a minute in which the canary failed 6 of 60 requests, and stable answered 540.</summary>
    internal async Task ReportMinuteAsync()
    {
        await ReportAsync(LastMinute, Process(Two, new VariantCounts("canary", 1, Count(answered: 54, failed: 6))));
        await ReportAsync(LastMinute, Process(
            One, new VariantCounts("stable", 1, Count(answered: 540)), Compared(Comparison.Error, 3, 3)));
    }

    /// <summary>Calls the function in a new program.</summary>
    internal async Task<(int Status, JsonObject Report)> RunAsync() => await RunAsync(Start());

    internal static async Task<(int Status, JsonObject Report)> RunAsync(IFunctionHandler handler)
    {
        var answer = await handler.HandleAsync(
            new FunctionCall("call", ReadOnlyMemory<byte>.Empty, new Dictionary<string, string>(), null),
            Token);
        return (answer.Status, JsonNode.Parse(answer.Body.Span)!.AsObject());
    }

    /// <summary>Starts a program and returns its function.</summary>
    internal IFunctionHandler Start()
    {
        var app = ServiceHost.Build(
            "functions",
            Settings with { Urls = "http://127.0.0.1:0", LogFormat = LogFormat.Json },
            (builder, settings) =>
            {
                FunctionsHost.Add(builder, settings);
                builder.Services.AddSingleton<TimeProvider>(Time);
            },
            static (_, _) => { });
        apps.Add(app);
        return app.Services.GetRequiredKeyedService<IFunctionHandler>(FunctionName.ModelMetrics);
    }

    /// <summary>The faults in a run's report.</summary>
    internal static string Faults(JsonObject report) =>
        string.Join('\n', report["faults"]!.AsArray().Select(static fault => (string?)fault));

    /// <summary>The datapoints of a metric that Monitoring accepted, as <c>STREAM at TIME: VALUE x COUNT</c>.</summary>
    internal IEnumerable<string> Taken(string metric) =>
        Monitoring.Accepted.Where(stream => (string?)stream["name"] == metric)
            .SelectMany(static stream => stream["datapoints"]!.AsArray().Select(point =>
            {
                var dimensions = stream["dimensions"]!.AsObject()
                    .Where(static one => one.Key != ModelMetric.Watched)
                    .OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => (string?)one.Value);
                var time = point!["timestamp"]!.GetValue<DateTimeOffset>();
                var (value, count) = (point["value"]!.GetValue<double>(), point["count"]!.GetValue<int>());
                return $"{string.Join('/', dimensions)} at {time:HH:mm:ss}: {value:0.###} x {count}";
            }));

    public async ValueTask DisposeAsync()
    {
        foreach (var app in apps)
            await app.DisposeAsync();
        await Monitoring.DisposeAsync();
        await Cache.DisposeAsync();
        folder.Dispose();
    }
}
