using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Log;

/// <summary>A version that logs its predictions, and the store in a process of its own.</summary>
internal sealed partial class LogSoak : IAsyncDisposable
{
    private const int Connections = 8;

    // The store reads all rows whenever it starts, and keeps them in memory.
    private const int MostPerSecond = 2000;

    private const long Mebibyte = 1024 * 1024;

    // The shipper holds at most 16 MiB of records, and the store's calls copy them. The rest is for what the collector has not taken back
    // yet. A backlog of ten minutes, 180 MB of records, is far more.
    private const long MemoryGrowth = 64 * Mebibyte;

    // Fewer say little about their slowest hundredth.
    private const int ComparableAnswers = 5000;
    private const int SlowerThanUsual = 2;

    // Not an assertion about speed: anything longer is a hang.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(120);

    private readonly LogStore store;
    private readonly LogVersion version;
    private readonly HttpClient client = new();
    private readonly Dictionary<string, int> answered = [];

    private LogSoak(LogStore store, LogVersion version)
    {
        this.store = store;
        this.version = version;
    }

    internal static async Task<LogSoak> StartAsync(TemporaryFolder folder, CancellationToken cancellation)
    {
        var kept = folder.Combine("store");
        Directory.CreateDirectory(kept);
        var store = new LogStore(kept);
        var soak = new LogSoak(store, new LogVersion(folder, store));
        try
        {
            await store.StartAsync(cancellation);
            await soak.version.PublishAsync(cancellation);
            await soak.version.StartAsync(cancellation);
            return soak;
        }
        catch
        {
            await soak.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the version while it answers, the version while it ships what is left, or the store, each at a random
    /// moment.</summary>
    internal async Task KillsAsync(int runs, CancellationToken cancellation)
    {
        var (random, began) = (new Random(1), Stopwatch.GetTimestamp());
        var kills = new int[3];
        for (var run = 1; run <= runs; run++)
        {
            var kind = random.Next(kills.Length);
            kills[kind]++;
            await using (var load = new LogLoad(version.Infer, Connections, MostPerSecond))
            {
                await Task.Delay(random.Next(20, 300), cancellation);
                if (kind == 0)
                    await version.KillAsync();
                else if (kind == 2)
                    await store.KillAsync();
                if (kind == 2)
                    await Task.Delay(random.Next(20, 300), cancellation);
                await load.StopAsync();
                foreach (var (id, value) in load.Answered)
                    answered[id] = value;
            }

            if (kind == 1)
            {
                // Nothing is answered any more, but the records are on their way.
                await Task.Delay(random.Next(0, 150), cancellation);
                await version.KillAsync();
            }

            if (kind == 2)
                await store.StartAsync(cancellation);
            else
                await version.StartAsync(cancellation);
            if (run % 20 != 0 && run != runs)
                continue;
            await ArriveAsync(cancellation);
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"run {run}/{runs}, {LogSoakCommand.Seconds(began)} s: {answered.Count:N0} answered, all in the store; "
                + $"{store.Records.Count:N0} records by {store.Puts:N0} puts"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{runs} kills: {kills[0]} of the version while it answered, {kills[1]} of the version while it shipped, {kills[2]} of " +
                $"the store"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{answered.Count:N0} predictions were answered; each is in the store exactly once, as it was answered"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{store.Records.Count - answered.Count:N0} more are there whose answer the kill cut off; " +
                $"{store.Puts - store.Records.Count:N0} "
            + $"puts were repeated, with the same content"));
    }

    /// <summary>Predictions at a steady rate: as usual, while the store throttles, without a store, and until all have landed.</summary>
    internal async Task FaultsAsync(int throttled, int away, int perSecond, CancellationToken cancellation)
    {
        await using var load = new LogLoad(version.Infer, 32, perSecond);
        var usual = await PhaseAsync("as usual", Math.Clamp(throttled / 10, 2, 30), load, cancellation);
        store.Throttle(true);
        var phases = new List<LogPhase> { await PhaseAsync("429", throttled, load, cancellation) };
        store.Throttle(false);
        await store.KillAsync();
        phases.Add(await PhaseAsync("no store", away, load, cancellation));
        await store.StartAsync(cancellation);
        phases.Add(await PhaseAsync("store is back", Math.Clamp(throttled / 10, 2, 30), load, cancellation));
        await load.StopAsync();
        foreach (var (id, value) in load.Answered)
            answered[id] = value;
        await ArriveAsync(cancellation);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{answered.Count:N0} predictions were answered, {load.Failed} were not; each answered one is in the store exactly once"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"memory: {usual.Memory / Mebibyte} MiB as usual, at most {phases.Max(static phase => phase.Memory) / Mebibyte} MiB later"));
        Check(usual, phases, load.Failed);
    }

    private static void Check(LogPhase usual, IReadOnlyList<LogPhase> phases, int failed)
    {
        if (failed > 0)
            throw new BenchException("callers were harmed");
        if (phases.FirstOrDefault(phase => phase.Memory > usual.Memory + MemoryGrowth) is { } large)
            throw new BenchException($"the memory grew with the backlog: {large.Memory / Mebibyte} MiB in the phase '{large.Name}'");
        if (usual.Answers < ComparableAnswers)
            Console.WriteLine($"latency: not compared, because there were fewer than {ComparableAnswers:N0} answers as usual");
        else if (phases.FirstOrDefault(phase => phase.Slowest > SlowerThanUsual * usual.Slowest) is { } slow)
            throw new BenchException(
                $"callers waited longer in the phase '{slow.Name}': the 99th percentile is more than {SlowerThanUsual} times as long");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await version.DisposeAsync();
        await store.DisposeAsync();
    }

    private async Task<LogPhase> PhaseAsync(string name, int seconds, LogLoad load, CancellationToken cancellation)
    {
        var (began, most, before) = (Stopwatch.GetTimestamp(), 0L, load.Answered.Count);
        _ = load.TakeLatency(0);
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            await Task.Delay(200, cancellation);
            most = Math.Max(most, version.Memory);
        }

        var phase = new LogPhase(name, most, load.Answered.Count - before, load.TakeLatency(0.99));
        var metrics = await client.GetStringAsync(version.Metrics, cancellation);
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-14} {seconds,5} s  {phase.Answers / Stopwatch.GetElapsedTime(began).TotalSeconds,7:N0} predictions/s  "
            + $"p99 {phase.Slowest.TotalMilliseconds,6:0.0} ms  memory {most / Mebibyte} MiB  "
            + $"backlog {Backlog.Match(metrics).Groups["records"].Value}"));
        return phase;
    }

    // Waits until every answered prediction is in the store, with what was answered.
    private async Task ArriveAsync(CancellationToken cancellation)
    {
        var (began, arrived) = (Stopwatch.GetTimestamp(), 0);
        while (true)
        {
            await store.ReadAsync(cancellation);
            var missing = answered.Keys.Count(id => !store.Records.ContainsKey(id));
            if (missing == 0)
                break;
            if (store.Records.Count > arrived)
                (began, arrived) = (Stopwatch.GetTimestamp(), store.Records.Count);
            if (Stopwatch.GetElapsedTime(began) > HangLimit)
                throw new BenchException($"{missing} answered predictions are not in the store, and none has arrived for " +
                    $"{HangLimit.TotalSeconds} s");
            await Task.Delay(100, cancellation);
        }

        foreach (var (id, value) in answered)
        {
            var record = store.Records[id];
            if (record.Status != 200 || MemoryMarshal.Read<float>(record.Outputs[0].Data.Span) != value)
                throw new BenchException($"the record of {id} is not what was answered");
        }
    }

    [GeneratedRegex("""^modelserving_predictions_backlog\{[^}]*\} (?<records>\d+)""", RegexOptions.Multiline)]
    private static partial Regex Backlog { get; }
}
