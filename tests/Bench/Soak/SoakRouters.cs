using System.Diagnostics;
using ModelServing.Cli;
using ModelServing.Cli.Up;
using ModelServing.Cli.Up.Gateway;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak;

/// <summary>Router processes of one environment, perhaps behind the function TrafficSplitter, with a canary at 10%, a SQLite journal, and
/// perhaps a cache. Further models may have the same versions.</summary>
internal sealed class SoakRouters : IAsyncDisposable
{
    internal const int CanaryPercent = 10;

    private const string OperatorKey = "msk_soak";

    /// <summary>The model whose canary fails; the first one by name.</summary>
    internal static readonly ModelName Model = ModelName.Parse("fraud");

    private static readonly ModelVersion Stable = new(1);
    private static readonly ModelVersion Canary = new(2);

    // Not an assertion: anything longer is a hang.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private readonly List<ServerProcess> processes = [];
    private readonly List<Uri> admins = [];
    private readonly HttpClient operators = new() { DefaultRequestHeaders = { { HeaderNames.ApiKey, OperatorKey } } };

    private LocalSplitting? splitting;

    private SoakRouters()
    {
    }

    /// <summary>The inference address of each router.</summary>
    internal List<Uri> Infer { get; } = [];

    /// <summary>The addresses of the further models at the first router.</summary>
    internal List<Uri> InferOthers { get; } = [];

    internal static async Task<SoakRouters> StartAsync(
        int count,
        TemporaryFolder folder,
        SoakVersion stable,
        SoakVersion canary,
        CacheSettings? cache,
        CancellationToken cancellation,
        bool isSplit = false,
        int models = 1)
    {
        const int Weight = CanaryPercent * PlanDocument.Buckets / 100;
        var rollout = new RolloutPlan
        {
            Revision = "soak",
            DeadlineMilliseconds = 5000,
            AttemptLimitMilliseconds = 2500,
            Guard = new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
            Variants = [new(VariantPlan.Canary, Canary, Weight), new(VariantPlan.Stable, Stable, PlanDocument.Buckets - Weight)],
        };
        List<ModelName> names = [Model, .. Enumerable.Range(1, models - 1).Select(static i => ModelName.Parse($"model-{i}"))];
        var plan = new PlanDocument
        {
            Schema = PlanDocument.CurrentSchema,
            Rollouts = new(names.ToDictionary(static name => name, _ => rollout)),
        };
        var endpoints = new EndpointsDocument
        {
            Schema = EndpointsDocument.CurrentSchema,
            Endpoints =
            [
                .. names.Select(name => new EndpointEntry(name, Stable, stable.Address.ToString(), 1)),
                .. names.Select(name => new EndpointEntry(name, Canary, canary.Address.ToString(), 2)),
            ],
        };
        var clients = new ClientsDocument
        {
            Schema = ClientsDocument.CurrentSchema,
            Anonymous = true,
            Clients = new()
            {
                [ModelName.Parse("crew")] = new ClientEntry { Role = ClientRole.Operator, KeyHashes = [ApiKey.HashOf(OperatorKey)] },
            },
        };
        await File.WriteAllBytesAsync(folder.Combine("plan.json"), plan.ToUtf8(), cancellation);
        await File.WriteAllBytesAsync(folder.Combine("endpoints.json"), endpoints.ToUtf8(), cancellation);
        await File.WriteAllBytesAsync(folder.Combine("clients.json"), clients.ToUtf8(), cancellation);
        var routers = new SoakRouters();
        try
        {
            for (var i = 0; i < count; i++)
                await routers.StartOneAsync(folder, plan, count, cache, isSplit, cancellation);
            await routers.UntilAsync(static status => status.LastSeq > 0, cancellation);
            routers.InferOthers.AddRange(names.Skip(1).Select(name => new Uri(routers.Infer[0], InferencePaths.Infer(name))));
            return routers;
        }
        catch
        {
            await routers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the condition holds on every router.</summary>
    internal async Task UntilAsync(
        Func<ModelStatus, bool> condition,
        CancellationToken cancellation,
        Func<RolloutsStatus, bool>? ofRouter = null)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var admin in admins)
        {
            while (await StatusAsync(admin, cancellation) is not { Models: [var model, ..] } status
                || !condition(model)
                || ofRouter?.Invoke(status) == false)
            {
                if (Stopwatch.GetElapsedTime(began) > HangLimit)
                    throw new BenchException("the routers did not reach the start of the next run");
                await Task.Delay(20, cancellation);
            }
        }
    }

    /// <summary>The time from the recorded decision until the last router has applied it. Polled every few milliseconds, so it is rather
    /// too long than too short.</summary>
    internal async Task<TimeSpan> DecisionToAllAsync(CancellationToken cancellation)
    {
        var seen = await Task.WhenAll(admins.Select(async admin =>
        {
            var began = Stopwatch.GetTimestamp();
            while (true)
            {
                if (await StatusAsync(admin, cancellation) is { Models: [{ Condemned: [var condemned, ..] }, ..] })
                    return (At: DateTimeOffset.UtcNow, condemned.Time);
                if (Stopwatch.GetElapsedTime(began) > HangLimit)
                    throw new BenchException("the canary was not rolled back");
                await Task.Delay(3, cancellation);
            }
        }));
        return seen.Max(static one => one.At) - seen.Min(static one => one.Time);
    }

    /// <summary>Starts the next trial on every router.</summary>
    internal async Task ResetAsync(CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(new ResetRequest(Canary, "next run").ToUtf8());
        using var answer = await operators.PostAsync(new Uri(admins[0], AdminPaths.Reset(Model)), content, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"the reset failed: {await answer.Content.ReadAsStringAsync(cancellation)}");
        await UntilAsync(static model => model.Condemned.Count == 0, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        operators.Dispose();
        if (splitting is not null)
            await splitting.DisposeAsync();
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    private async Task<RolloutsStatus?> StatusAsync(Uri admin, CancellationToken cancellation)
    {
        using var answer = await operators.GetAsync(new Uri(admin, AdminPaths.Rollouts), cancellation);
        return answer.IsSuccessStatusCode ? RolloutsStatus.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)) : null;
    }

    private async Task StartOneAsync(
        TemporaryFolder folder, PlanDocument plan, int count, CacheSettings? cache, bool isSplit, CancellationToken cancellation)
    {
        var (port, adminPort) = (FreePort.Find(), FreePort.Find());
        var settings = new RouterSettings
        {
            Urls = $"http://127.0.0.1:{port}",
            AdminUrls = $"http://127.0.0.1:{adminPort}",
            LogFormat = LogFormat.Text,
            StopWithParent = true,
            Plan = "file:" + folder.Combine("plan.json"),
            Endpoints = "file:" + folder.Combine("endpoints.json"),
            Clients = "file:" + folder.Combine("clients.json"),
            Journal = HostSources.SqliteScheme + folder.Combine("journal.db"),
            Cache = cache,
            RoutersMax = count,
        };
        var infer = settings.Urls;
        if (isSplit)
        {
            var terminal = new Terminal(json: false);
            Directory.CreateDirectory(folder.Combine("run"));
            splitting = new LocalSplitting(
                HostPrograms.Find(),
                cache!,
                settings.Journal!,
                () => plan,
                new HostSupervision(folder.Combine("run"), new HostLog(terminal), terminal, TimeProvider.System));
            settings = splitting.For(settings);
            if (!await splitting.TryStartAsync(port, cancellation))
                throw new BenchException($"port {port} is taken");
        }

        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Router"));
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        processes.Add(await ServerProcess.StartAsync(
            "router",
            start,
            new Uri(settings.Urls).Port,
            static process =>
            {
                process.StandardInput.Close();
                return Task.CompletedTask;
            },
            cancellation));
        admins.Add(new Uri($"http://127.0.0.1:{adminPort}"));
        Infer.Add(new Uri($"{infer}{InferencePaths.Infer(Model)}"));
    }
}
