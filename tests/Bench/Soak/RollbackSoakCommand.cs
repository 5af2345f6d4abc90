using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Settings.Models;
using ModelServing.TestKit;
using Spectre.Console;

namespace ModelServing.Bench.Soak;

/// <summary><c>rollback</c>: measures how soon a failing canary is rolled back, how soon other routers know, and that no caller sees a
/// failure.</summary>
/// <remarks>
/// <code>
/// 1 one router     200 requests/s, canary 10%; all of its calls start to fail
/// 2 three routers  the same, with pushes over redis-server: from the decision to the last router at zero
/// 3 without cache  the same, with redis-server killed before: by polling the journal
/// 4 many models    one router with redis-server; all other models have a canary too, and two requests a second each
/// 5 function       instead of these, with --splitting function: one router behind TrafficSplitter
/// </code>
/// Between two runs the canary is reset, so each run is a separate trial.
/// </remarks>
internal static class RollbackSoakCommand
{
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(10);

    internal static Command Create()
    {
        var runs = new Option<int>("--runs")
        {
            Description = "How many rollbacks by one router, and by three; a tenth of them without a cache.",
            DefaultValueFactory = static _ => 100,
        };
        runs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1
            or > 100_000) result.AddError("--runs must be from 1 to 100000");
        });
        var splitting = new Option<SplittingMode>("--splitting")
        {
            Description = "What assigns requests to variants; with 'function', only one router is measured, behind TrafficSplitter.",
        };
        var models = BenchOptions.Count("--models", "How many models with a canary one of the routers has beside the one that fails.", 500);
        var command = new Command(
            "rollback",
            "Lets a canary fail again and again, and holds the rollback against what it promises.") { runs, models, splitting };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                return arguments.GetValue(splitting) == SplittingMode.Function
                    ? await RunSplitAsync(arguments.GetValue(runs), cancellation)
                    : await RunAsync(arguments.GetValue(runs), arguments.GetValue(models), cancellation);
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(int runs, int models, CancellationToken cancellation)
    {
        if (!RedisServer.IsInstalled)
            throw new BenchException(RedisServer.Missing, ExitCode.Missing);
        var one = await OneRouterAsync(runs, cancellation);
        var (pushed, polled) = await ThreeRoutersAsync(runs, Math.Max(1, runs / 10), cancellation);
        var many = await ManyModelsAsync(Math.Max(1, runs / 10), models, cancellation);
        var table = new FigureTable();
        var isGood = Add("first failure to last call of the canary, ms", one.Select(static run => run.ToZero.TotalMilliseconds), 99, 1000)
            & Add("failures seen by callers", one.Concat(pushed).Concat(many).Select(static run => (double)run.Seen), 100, 0)
            & Add("median retried less median stable call, ms", one.Select(static run => run.RetryCost.TotalMilliseconds), 100, 20)
            & Add("calls that reached the failing canary", one.Select(static run => (double)run.Reached), 100, null)
            & Add("three routers, by push: decision to all at zero, ms", pushed.Select(static run => run.ToAll.TotalMilliseconds), 99, 100)
            & Add(
                "three routers, no cache: decision to all at zero, ms",
                polled.Select(static run => run.ToAll.TotalMilliseconds),
                99,
                1000)
            & Add(
                string.Create(CultureInfo.InvariantCulture, $"beside {models} models: first failure to last call of the canary, ms"),
                many.Select(static run => run.ToZero.TotalMilliseconds),
                99,
                1000);
        AnsiConsole.Write(table.Table);
        return isGood ? ExitCode.Done : ExitCode.Failed;

        bool Add(string name, IEnumerable<double> figures, int percentile, double? most) => table.Add(name, figures, percentile, most);
    }

    // 5
    private static async Task<int> RunSplitAsync(int runs, CancellationToken cancellation)
    {
        if (!RedisServer.IsInstalled)
            throw new BenchException(RedisServer.Missing, ExitCode.Missing);
        using var folder = new TemporaryFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var stable = new SoakVersion();
        await using var canary = new SoakVersion();
        var cache = new CacheSettings { Addresses = [redis.Address.ToString()], Password = redis.Password };
        await using var routers = await SoakRouters.StartAsync(1, folder, stable, canary, cache, cancellation, isSplit: true);
        // The containers of the first calls start cold.
        await using (var warming = new SoakLoad(routers.Infer))
            await Task.Delay(Warming, cancellation);
        var results = new List<Run>(runs);
        for (var i = 0; i < runs; i++)
            results.Add(await RunAsync($"function {i + 1}/{runs}", routers, canary, killCache: null, cancellation));
        var table = new FigureTable();
        var isGood = table.Add(
                "first failure to last call of the canary, ms", results.Select(static run => run.ToZero.TotalMilliseconds), 99, 2000)
            & table.Add("failures seen by callers", results.Select(static run => (double)run.Seen), 100, 0)
            & table.Add(
                "median retried less median stable call, ms", results.Select(static run => run.RetryCost.TotalMilliseconds), 100, null)
            & table.Add("calls that reached the failing canary", results.Select(static run => (double)run.Reached), 100, null);
        AnsiConsole.Write(table.Table);
        return isGood ? ExitCode.Done : ExitCode.Failed;
    }

    // 1
    private static async Task<List<Run>> OneRouterAsync(int runs, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var stable = new SoakVersion();
        await using var canary = new SoakVersion();
        await using var routers = await SoakRouters.StartAsync(1, folder, stable, canary, cache: null, cancellation);
        var results = new List<Run>(runs);
        for (var i = 0; i < runs; i++)
            results.Add(await RunAsync($"one router {i + 1}/{runs}", routers, canary, killCache: null, cancellation));
        return results;
    }

    // 2, 3
    private static async Task<(List<Run> Pushed, List<Run> Polled)> ThreeRoutersAsync(int pushes, int polls, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var stable = new SoakVersion();
        await using var canary = new SoakVersion();
        var cache = new CacheSettings { Addresses = [redis.Address.ToString()], Password = redis.Password };
        await using var routers = await SoakRouters.StartAsync(3, folder, stable, canary, cache, cancellation);
        var (pushed, polled) = (new List<Run>(pushes), new List<Run>(polls));
        for (var i = 0; i < pushes + polls; i++)
        {
            // Wait until each router has a number by which it may decide alone; until then, the status reports its guard as blind.
            await routers.UntilAsync(static _ => true, cancellation, static status => status.CacheReached == true);
            await Task.Delay(Healthy, cancellation);
            if (i < pushes)
            {
                pushed.Add(await RunAsync($"three routers {i + 1}/{pushes}", routers, canary, killCache: null, cancellation));
            }
            else
            {
                polled.Add(await RunAsync($"no cache {i - pushes + 1}/{polls}", routers, canary, redis.KillAsync, cancellation));
                await redis.RestartAsync();
            }
        }

        return (pushed, polled);
    }

    // 4
    private static async Task<List<Run>> ManyModelsAsync(int runs, int models, CancellationToken cancellation)
    {
        const int PerModel = 2;
        using var folder = new TemporaryFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var stable = new SoakVersion();
        await using var canary = new SoakVersion();
        var cache = new CacheSettings { Addresses = [redis.Address.ToString()], Password = redis.Password };
        await using var routers = await SoakRouters.StartAsync(
            1, folder, stable, canary, cache, cancellation, models: models + 1);
        await using var others = new SoakLoad(routers.InferOthers, PerModel * models);
        await Task.Delay(Warming, cancellation);
        var results = new List<Run>(runs);
        for (var i = 0; i < runs; i++)
            results.Add(await RunAsync($"{models} other models {i + 1}/{runs}", routers, canary, killCache: null, cancellation));
        await others.StopAsync();
        return others.Failed == 0 ? results : throw new BenchException($"{others.Failed} requests for other models failed");
    }

    private static async Task<Run> RunAsync(
        string name,
        SoakRouters routers,
        SoakVersion canary,
        Func<Task>? killCache,
        CancellationToken cancellation)
    {
        canary.Recover();
        await using var load = new SoakLoad(routers.Infer);
        await Task.Delay(Healthy, cancellation);
        if (killCache is not null)
        {
            await killCache();
            await Task.Delay(Healthy, cancellation);
        }

        canary.Fail();
        var toAll = await routers.DecisionToAllAsync(cancellation);
        // A call that reaches the canary now should not have happened.
        await Task.Delay(Quiet, cancellation);
        await load.StopAsync();
        var run = new Run(
            canary.FirstFailureToLastRequest,
            canary.Failures,
            load.Failed,
            load.RetryCost ?? throw new BenchException("no call was retried"),
            toAll);
        await routers.ResetAsync(cancellation);
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: at zero after {run.ToZero.TotalMilliseconds:0} ms and {run.Reached} calls, callers saw {run.Seen} failures, a " +
                $"retry cost {run.RetryCost.TotalMilliseconds:0.0} ms, all knew {run.ToAll.TotalMilliseconds:0} ms after the decision"));
        return run;
    }

    private sealed record Run(TimeSpan ToZero, int Reached, int Seen, TimeSpan RetryCost, TimeSpan ToAll);
}
