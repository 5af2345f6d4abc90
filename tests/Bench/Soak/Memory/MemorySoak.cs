using System.Diagnostics;
using System.Globalization;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>Attacks a router and three versions in pods of one size, alongside good requests.</summary>
/// <remarks>
/// <code>
/// 1 cost      of one request at a time, in bytes of memory per byte
/// 2 attacks   each for the same time, then all of them at random
/// 3 rest      what the pods still use when all is over
/// </code>
/// </remarks>
/// <param name="bytes">The memory limit of each pod.</param>
/// <param name="time">How long the attacks last in total.</param>
/// <param name="costs">How many requests measure each cost.</param>
/// <param name="seed">Decides the order of the random attacks.</param>
internal sealed class MemorySoak(long bytes, TimeSpan time, int costs, int seed)
{
    private const int RandomAtOnce = 3;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    // An attack may be over before the first good request is. It goes on until one has ended, but not longer than this.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Runs the attacks.</summary>
    internal async Task<MemoryReport> RunAsync(CancellationToken cancellation)
    {
        await using var platform = await SoakPlatform.StartAsync(bytes, cancellation);
        var report = new MemoryReport { Limit = bytes, Before = UsedBy(platform) };
        report.Costs.AddRange(await MemoryCost.MeasureAsync(platform, costs, cancellation)); // 1
        var requests = SoakModel.All.Select(model => (platform.Infer(model, throughRouter: true), model.Good));
        await using (var good = new GoodRequests(requests, TimeSpan.FromMilliseconds(SoakPlatform.DeadlineMilliseconds)))
        {
            // 2
            var random = new Random(seed);
            var each = time / (MemoryAttacks.All.Count + 1);
            foreach (var attack in MemoryAttacks.All)
                report.Phases.Add(await AttackAsync(platform, good, attack.Name, each, () => [attack], cancellation));
            report.Phases.Add(await AttackAsync(
                platform,
                good,
                "random attacks",
                each,
                () => random.GetItems([.. MemoryAttacks.All], RandomAtOnce),
                cancellation));
        }

        // 3
        await Task.Delay(Rest, cancellation);
        report.After = UsedBy(platform);
        foreach (var pod in platform.Pods)
        {
            if (await pod.StopAsync() is { } fault)
                report.Faults.Add(fault);
        }

        return report;
    }

    private static async Task<MemoryPhase> AttackAsync(
        SoakPlatform platform,
        GoodRequests good,
        string name,
        TimeSpan time,
        Func<MemoryAttack[]> choose,
        CancellationToken cancellation)
    {
        foreach (var pod in platform.Pods)
            pod.TakePeak();
        good.Take();
        var began = Stopwatch.GetTimestamp();
        do
        {
            await Task.WhenAll(choose().Select(attack => attack.RunAsync(platform, cancellation)));
            if (platform.Pods.Select(static pod => pod.Fault()).FirstOrDefault(static fault => fault is not null) is not null)
                break;
        }
        while (Stopwatch.GetElapsedTime(began) is var elapsed && (elapsed < time || (!good.AnyAnswered && elapsed < Longest)));

        var phase = new MemoryPhase(name, platform.Pods.ToDictionary(static pod => pod.Name, static pod => pod.TakePeak()), good.Take());
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: peak {phase.Peaks.Values.Max() >> 20} MiB, good requests: {phase.Good.Answered} answered, " +
                $"{phase.Good.Busy} refused, {phase.Good.Failed} failed"));
        return phase;
    }

    private static Dictionary<string, long> UsedBy(SoakPlatform platform) =>
        platform.Pods.ToDictionary(static pod => pod.Name, static pod => pod.Used);
}
