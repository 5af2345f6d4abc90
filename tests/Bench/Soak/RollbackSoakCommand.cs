using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.TestKit;
using Spectre.Console;

namespace ModelServing.Bench.Soak;

/// <summary><c>rollback</c>: how soon a canary that fails is rolled back, what callers see of it, and how soon other routers know.</summary>
internal static class RollbackSoakCommand
{
    private const int PerSecond = 200;
    private const int CanaryPercent = 10;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Afterwards = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(30);

    internal static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "How many runs.", DefaultValueFactory = static _ => 100 };
        runs.Validators.Add(static result => { if (result.GetValueOrDefault<int>() is < 1 or > 10_000) result.AddError("--runs has to be from 1 to 10000"); });
        var command = new Command("rollback", "Lets a canary fail again and again, and holds the rollback against what it promises.") { runs };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var isGood = await GuardAsync(arguments.GetValue(runs), cancellation);
                isGood &= await PropagationAsync(arguments.GetValue(runs), cancellation);
                return isGood ? ExitCode.Done : ExitCode.Failed;
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static async Task<bool> GuardAsync(int runs, CancellationToken cancellation)
    {
        await using var routers = await SoakRouters.StartAsync(1, CanaryPercent, null, cancellation);
        var router = routers.All[0];
        await using var traffic = new SteadyTraffic(router.Infer, PerSecond);
        // Compiled code is measured.
        await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        var (decided, last, reached, retried, stable, failures, sent) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), 0, 0);
        for (var run = 0; run < runs; run++)
        {
            await Task.Delay(WarmUp, cancellation);
            _ = traffic.Take();
            var began = TimeProvider.System.GetUtcNow();
            routers.Fail(true);
            await router.UntilAsync(isServed: false, cancellation).WaitAsync(Hung, cancellation);
            await Task.Delay(Afterwards, cancellation);
            var (calls, first, latest) = routers.Seen;
            var condemned = (await router.StatusAsync(cancellation)).Condemned.Single();
            var answers = traffic.Take();
            sent += answers.Count;
            failures += answers.Count(static answer => answer.Status != 200);
            retried.AddRange(answers.Where(static answer => answer.WasRetried).Select(static answer => answer.Took.TotalMilliseconds));
            stable.AddRange(answers.Where(static answer => answer is { WasRetried: false, Variant: VariantPlan.Stable }).Select(static answer => answer.Took.TotalMilliseconds));
            decided.Add((condemned.Time - began).TotalMilliseconds);
            last.Add(Stopwatch.GetElapsedTime(first, latest).TotalMilliseconds);
            reached.Add(calls);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"run {run + 1}/{runs}: condemned after {decided[^1]:0} ms, {calls} calls reached it, the last {last[^1]:0} ms after the first"));
            routers.Fail(false);
            await router.ResetAsync(cancellation);
            await router.UntilAsync(isServed: true, cancellation).WaitAsync(Hung, cancellation);
        }

        var slower = At(retried, 0.5) - At(stable, 0.5);
        Print(
            $"{runs} runs, {PerSecond} requests/s, canary {CanaryPercent}%, every canary call fails from one moment",
            [
                ("from that moment to the rollback, ms", decided, At(decided, 0.99) < 1000, "p99 below 1000"),
                ("from the first failed call to the last that came, ms", last, At(last, 0.99) < 1000, "p99 below 1000"),
                ("calls that reached it", reached, true, ""),
                ("a retried call, ms", retried, slower <= 20, string.Create(CultureInfo.InvariantCulture, $"median at most 20 above stable's; it is {slower:0.0}")),
                ("a stable call, ms", stable, true, ""),
            ]);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"failures seen by callers: {failures} of {sent}"));
        return failures == 0 && slower <= 20 && At(decided, 0.99) < 1000 && At(last, 0.99) < 1000;
    }

    private static async Task<bool> PropagationAsync(int runs, CancellationToken cancellation)
    {
        if (!RedisServer.IsInstalled)
            throw new BenchException(RedisServer.Missing, ExitCode.Missing);
        await using var cache = await RedisServer.StartAsync();
        await using var routers = await SoakRouters.StartAsync(3, CanaryPercent, cache, cancellation);
        foreach (var router in routers.All)
        {
            while (await router.IsCacheReachedAsync(cancellation) != true)
                await Task.Delay(20, cancellation);
        }

        var pushed = new List<double>();
        for (var run = 0; run < runs; run++)
            pushed.Add(await OnceAsync(routers.All, cancellation));
        await cache.KillAsync();
        foreach (var router in routers.All)
        {
            while (await router.IsCacheReachedAsync(cancellation) != false)
                await Task.Delay(20, cancellation);
        }

        var polled = new List<double>();
        for (var run = 0; run < Math.Max(1, runs / 5); run++)
            polled.Add(await OnceAsync(routers.All, cancellation));
        Print(
            "three routers: from the decision until the last of them gives the canary nothing",
            [
                ("by push, ms", pushed, At(pushed, 0.99) < 100, "p99 below 100"),
                ("with the cache killed, by polling, ms", polled, polled.Max() < 1000, "below 1000"),
            ]);
        return At(pushed, 0.99) < 100 && polled.Max() < 1000;
    }

    private static async Task<double> OnceAsync(IReadOnlyList<SoakRouter> routers, CancellationToken cancellation)
    {
        foreach (var router in routers)
            await router.UntilAsync(isServed: true, cancellation).WaitAsync(Hung, cancellation);
        var waiting = routers.Select(router => router.UntilAsync(isServed: false, cancellation)).ToList();
        await routers[0].RollbackAsync(cancellation);
        var seen = await Task.WhenAll(waiting).WaitAsync(Hung, cancellation);
        var decided = (await routers[0].StatusAsync(cancellation)).Condemned.Single().Time;
        await routers[0].ResetAsync(cancellation);
        return (seen.Max() - decided).TotalMilliseconds;
    }

    private static void Print(string title, (string What, List<double> Values, bool IsGood, string Bound)[] rows)
    {
        var table = new Table { Title = new TableTitle(title), Border = TableBorder.Markdown }.AddColumns("", "p50", "p99", "max", "promised", "");
        foreach (var (what, values, isGood, bound) in rows)
            table.AddRow(what, Text(At(values, 0.5)), Text(At(values, 0.99)), Text(values.Count == 0 ? 0 : values.Max()), bound, bound.Length == 0 ? "" : isGood ? "ok" : "BROKEN");
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 160);
        AnsiConsole.Write(table);
    }

    // Nearest rank.
    private static double At(List<double> values, double rank) => values.Count == 0 ? 0 : values.Order().ElementAt(Math.Clamp((int)Math.Ceiling(rank * values.Count) - 1, 0, values.Count - 1));

    private static string Text(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
