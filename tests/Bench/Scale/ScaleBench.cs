using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Bench.Scale;

/// <summary>Starts a router for each number of models, and changes the weight of one model many times.</summary>
/// <param name="changes">The number of changes in a round.</param>
internal sealed class ScaleBench(int changes)
{
    private const int Rounds = 3;
    private const int Weight = 500;

    // The runtime compiles the code of a change anew while it is called often.
    private const int WarmUps = 30;

    // A router reads a file ten times a second, and believes it after two equal reads. So each change is one of its own.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(350);

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(120);

    internal async Task<ScaleReport> RunAsync(
        IEnumerable<int> models,
        IEnumerable<int> events,
        IEnumerable<int> pooled,
        TimeSpan idle,
        CancellationToken cancellation)
    {
        var changed = await ChangesAsync(models, changes, cancellation);
        var rows = new List<ScaleRow>();
        foreach (var count in models)
            rows.Add(await MeasureAsync(count, idle, cancellation));
        var journals = await JournalBench.RunAsync(events, cancellation);
        var pools = new List<PoolRow>();
        foreach (var count in pooled)
            pools.Add(await PoolBench.RunAsync(count, idle, cancellation));
        return changed with { Rows = rows, Journals = journals, Pools = pools };
    }

    /// <summary>Measures only what a changed weight costs, in this process.</summary>
    internal static async Task<ScaleReport> ChangesAsync(IEnumerable<int> models, int changes, CancellationToken cancellation)
    {
        var changed = new List<ChangeRow>();
        foreach (var count in models)
            changed.Add(await ChangeBench.RunAsync(count, changes, cancellation));
        return new ScaleReport(changed, [], [], []);
    }

    private async Task<ScaleRow> MeasureAsync(int models, TimeSpan idle, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var plan = PlanOf(models);
        Write(folder.Combine("endpoints.json"), EndpointsOf(models).ToUtf8());
        Write(folder.Combine("plan.json"), PlanObject.From(plan).ToBytes());
        var (router, address) = await StartAsync(folder, cancellation);
        await using var ended = router;
        using var http = new HttpClient { BaseAddress = address };
        await UntilReadyAsync(http, cancellation);
        var started = router.ProcessorTime();

        var own = await MeasureChangesAsync(folder, plan, router, idle, cancellation);
        var withJournal = await MeasureWithJournalAsync(folder, plan, idle, cancellation);
        var metrics = await http.GetByteArrayAsync(new Uri(InferencePaths.Metrics, UriKind.Relative), cancellation);
        await router.CheckAsync();
        return new ScaleRow(
            models,
            plan.ToUtf8().Length,
            PlanObject.From(plan).Length,
            started.TotalSeconds,
            own.Idle * 100,
            withJournal.Idle * 100,
            MemoryOf(router.Id) / 1024.0,
            own.Milliseconds,
            withJournal.Milliseconds,
            metrics.Length);
    }

    // The part of a processor that a router uses without changes, and the processor time of a changed weight beyond that.
    private async Task<(double Idle, double Milliseconds)> MeasureChangesAsync(
        TemporaryFolder folder, PlanDocument plan, ServerProcess router, TimeSpan idle, CancellationToken cancellation)
    {
        var model = NameOf(plan.Rollouts.Count / 2);
        var weight = Weight;
        await ChangeAsync(Math.Min(changes, WarmUps));
        // What the runtime compiles in the background after that is a part of neither.
        await Task.Delay(idle, cancellation);
        var costs = new List<double>();
        List<double> shares = [await ShareAsync(() => Task.Delay(idle, cancellation))];
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var share = await ShareAsync(() => ChangeAsync(changes));
            var elapsed = Stopwatch.GetElapsedTime(began);
            shares.Add(await ShareAsync(() => Task.Delay(idle, cancellation)));
            // Its background work becomes less over the minutes, so each round is compared with the quiet times before and after it.
            var quiet = (shares[^2] + shares[^1]) / 2;
            costs.Add((share - quiet) * elapsed.TotalMilliseconds / changes);
        }

        return (MedianOf(shares), MedianOf(costs));

        async Task<double> ShareAsync(Func<Task> during)
        {
            var (before, began) = (router.ProcessorTime(), Stopwatch.GetTimestamp());
            await during();
            return (router.ProcessorTime() - before) / Stopwatch.GetElapsedTime(began);
        }

        async Task ChangeAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                weight = weight == Weight ? Weight + 1 : Weight;
                plan.Rollouts[model] = RolloutOf(weight);
                Write(folder.Combine("plan.json"), PlanObject.From(plan).ToBytes());
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    // A second router on the same plan, without a cache: it asks the journal twice a second.
    private async Task<(double Idle, double Milliseconds)> MeasureWithJournalAsync(
        TemporaryFolder folder, PlanDocument plan, TimeSpan idle, CancellationToken cancellation)
    {
        var path = folder.Combine("journal.db");
        var (router, address) = await StartAsync(folder, cancellation, HostSources.Sqlite(path));
        await using var ended = router;
        using var http = new HttpClient { BaseAddress = address };
        await UntilReadyAsync(http, cancellation);
        using var store = new SqliteJournalStore(path);
        var journal = new RolloutJournal(store);
        // It begins with an event of each rollout.
        foreach (var number in Enumerable.Range(0, plan.Rollouts.Count))
        {
            while ((await journal.ReadAsync(NameOf(number), 0, cancellation)).Count == 0)
                await Task.Delay(100, cancellation);
        }

        Settle(path);
        await Task.Delay(idle, cancellation);
        var measured = await MeasureChangesAsync(folder, plan, router, idle, cancellation);
        // Otherwise, the router did something else than what is measured.
        var events = await journal.ReadAsync(NameOf(plan.Rollouts.Count / 2), 0, cancellation);
        return events.Count > changes * Rounds
            ? measured
            : throw new BenchException($"{events.Count} events were written in place of one for each changed weight");
    }

    // For two minutes, each read of the journal has the changes of the start too. They are made older, so that they are over now.
    private static void Settle(string path)
    {
        using var open = new SqliteConnection($"Data Source={path}");
        open.Open();
        using var command = open.CreateCommand();
        command.CommandText = "UPDATE journal SET seq = seq - $settled WHERE model = $changes";
        command.Parameters.AddWithValue("$settled", 2 * (long)JournalLimits.Settled.TotalMicroseconds);
        command.Parameters.AddWithValue("$changes", Journal.ChangeRow.Key);
        _ = command.ExecuteNonQuery();
    }

    private static async Task<(ServerProcess Process, Uri Address)> StartAsync(
        TemporaryFolder folder, CancellationToken cancellation, string? journal = null)
    {
        var port = FreePort.Find();
        var settings = new RouterSettings
        {
            Urls = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
            LogFormat = LogFormat.Text,
            StopWithParent = true,
            Plan = "file:" + folder.Combine("plan.json"),
            Endpoints = "file:" + folder.Combine("endpoints.json"),
            Journal = journal,
        };
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Router"));
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        var process = await ServerProcess.StartAsync(
            "router",
            start,
            port,
            static process =>
            {
                process.StandardInput.Close();
                return Task.CompletedTask;
            },
            cancellation);
        return (process, new Uri(settings.Urls));
    }

    private static async Task UntilReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var answer = await http.GetAsync(new Uri(InferencePaths.HealthReady, UriKind.Relative), cancellation);
            if (answer.IsSuccessStatusCode)
                return;
            if (Stopwatch.GetElapsedTime(began) > HangLimit)
                throw new BenchException($"the router is not ready: {await answer.Content.ReadAsStringAsync(cancellation)}");
            await Task.Delay(50, cancellation);
        }
    }

    internal static PlanDocument PlanOf(int models) => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new(Enumerable.Range(0, models).ToDictionary(NameOf, static _ => RolloutOf(Weight))),
    };

    internal static RolloutPlan RolloutOf(int weight) => new()
    {
        Revision = "scale",
        DeadlineMilliseconds = 1000,
        AttemptLimitMilliseconds = 500,
        Guard = new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
        Variants =
        [
            new(VariantPlan.Canary, new ModelVersion(2), weight),
            new(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets - weight),
        ],
    };

    internal static EndpointsDocument EndpointsOf(int models) => EndpointsDocument.None with
    {
        Endpoints =
        [
            .. from number in Enumerable.Range(0, models)
               from version in (int[])[1, 2]
               select new EndpointEntry(NameOf(number), new ModelVersion(version), "127.0.0.1:9", 1),
        ],
    };

    internal static ModelName NameOf(int number) => ModelName.Parse(string.Create(CultureInfo.InvariantCulture, $"model-{number:00000}"));

    private static double MedianOf(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);

    internal static void Write(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    // In KB.
    private static double MemoryOf(int process) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);
}
