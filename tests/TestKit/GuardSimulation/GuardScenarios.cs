using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>
/// The rollouts with which the guard is tested. Unless the scenario differs, a rollout has 200 requests per second, 5% of them to the
/// watched variant, and 0.1% of them fail.
/// </summary>
/// <remarks>With <c>brevity</c> 1, a scenario has its full length; with 10, rollouts are a tenth as long, for tests that must be
/// quick.</remarks>
public static class GuardScenarios
{
    private const double PerMinute = 200 * 60;
    private const double FailureRate = 0.001;
    private const double Tolerance = 1.5;

    private static readonly GuardPolicy Careful = new() { Tolerance = Tolerance, FalseAlarm = 0.001, RoutersMax = 1 };

    // A guard that never acts passes with equal versions. Here the watched version is as bad as tolerated, and more false alarms are
    // allowed.
    private static readonly GuardPolicy Boundary = new() { Tolerance = Tolerance, FalseAlarm = 0.05, RoutersMax = 1 };
    private static readonly TrafficShare Twentieth = TrafficShare.From(500, 9500);

    // Minutes.
    private const double Day = 1440;
    private const double Shift = 480;

    public static IEnumerable<GuardScenario> All() =>
    [
        Equal(), AtTheBoundary(), Diurnal(), Ramp(), AlternatingWeight(), SeveralRouters(), RestartingPods(),
        HostileClient(5), HostileClient(50),
        SharedOutage(5), SharedOutage(50), SharedOutage(90),
        EqualLatency(), LatencyAtTheBoundary(), TenTimesSlower(),
        // At most 1.5 times as many failures as before the evidence had to suffice without any one client.
        Fault("at once", 0, 8.1), Fault("after 10 minutes", 10, 9.9), Fault("after 2 hours", 120, 13.2), Fault("after a day", 1440, 16.6),
    ];

    /// <summary>Eight hours of two equal versions.</summary>
    public static GuardScenario Equal(int brevity = 1) => new("A/A", Careful, rollout =>
    {
        rollout.Share = Twentieth;
        rollout.Pass(Shift / brevity, Failures(rollout, PerMinute * FailureRate, ratio: 1));
    });

    /// <summary>Eight hours of a version that fails as often as tolerated.</summary>
    public static GuardScenario AtTheBoundary(int brevity = 1) => new("boundary", Boundary, rollout =>
    {
        rollout.Share = Twentieth;
        rollout.Pass(Shift / brevity, Failures(rollout, PerMinute * FailureRate, Tolerance));
    });

    /// <summary>A day at the boundary, with 50 requests per second on average: few at night and many by day, and failures with a daily
    /// rhythm of their own.</summary>
    public static GuardScenario Diurnal(int brevity = 1) => new("diurnal rates, boundary", Boundary, rollout =>
    {
        rollout.Share = Twentieth;
        for (var part = 0; part < 48; part++)
        {
            var traffic = PerMinute / 4 * (1 + 0.95 * Math.Sin(part * Math.Tau / 48));
            var rate = FailureRate * (1 + 0.95 * Math.Sin(part * Math.Tau / 37));
            rollout.Pass(Day / brevity / 48, Failures(rollout, traffic * rate, Tolerance));
        }
    });

    /// <summary>A ramp of 20 steps from 5%, with 20 customers whose every request fails on either version.</summary>
    public static GuardScenario Ramp() => new("ramp of 20 steps, 20 keys always fail", Careful, rollout =>
        WithBrokenKeys(rollout, Enumerable.Range(1, 20).Select(static step => step * 500)));

    /// <summary>A weight that goes up and down, with 20 customers whose every request fails.</summary>
    public static GuardScenario AlternatingWeight() => new("alternating weight, 20 keys always fail", Careful, rollout =>
        WithBrokenKeys(rollout, Enumerable.Range(1, 20).Select(static step => step % 2 == 0 ? 2500 : 500)));

    /// <summary>Four routers at the boundary, each with a guard that may decide on its own, and one of them replaced every hour.</summary>
    public static GuardScenario SeveralRouters(int brevity = 1) => new("4 routers, boundary", Boundary with { RoutersMax = 4 }, rollout =>
    {
        rollout.Share = Twentieth;
        rollout.Pass(Shift / 2 / brevity, [.. Failures(rollout, PerMinute * FailureRate, Tolerance), (1 / 60.0, rollout.ReplaceRouter)]);
    })
    { Routers = 4 };

    /// <summary>Two pods of the watched version and eight of stable, each killed every four hours with some requests in flight, behind four
    /// routers.</summary>
    public static GuardScenario RestartingPods(int brevity = 1) => new("restarting pods", Careful with { RoutersMax = 4 }, rollout =>
    {
        const int Watched = 2;
        const int Stable = 8;
        const double Kills = 1 / 240.0;
        rollout.Share = Twentieth;
        var failures = Failures(rollout, PerMinute * FailureRate, ratio: 1);
        rollout.Pass(
            Shift / brevity,
            failures[0],
            failures[1],
            (Watched * Kills, () => rollout.Kill(isWatched: true, $"canary-{rollout.Random.Next(Watched)}", rollout.Random.Next(1, 20))),
            (Stable * Kills, () => rollout.Kill(isWatched: false, $"stable-{rollout.Random.Next(Stable)}", rollout.Random.Next(1, 20))));
    })
    { Routers = 4 };

    /// <summary>Two hours of two equal versions. One of 21 clients knows the assignment and sends the watched variant alone whatever
    /// fails, with a new routing key each time. Stable answers two of these requests per minute well, because some failures are random; so
    /// both are evidence.</summary>
    public static GuardScenario HostileClient(int percent, int brevity = 1) =>
        new($"hostile client, {percent}%", Careful, rollout =>
        {
            var key = 0UL;
            rollout.Share = TrafficShare.From(percent, 100 - percent);
            rollout.Pass(
                Shift / 4 / brevity,
                [
                    .. Failures(rollout, PerMinute * FailureRate, ratio: 1),
                    (2, () => rollout.Fail(isWatched: true, key: key++, client: SimulatedRollout.Hostile)),
                ]);
        });

    /// <summary>Half an hour at 20 requests per second. During five minutes, half of all requests fail on both versions.</summary>
    /// <remarks>The versions are equal, so the evidence at tolerance 1, which the error rate needs as well, is at its limit. At most one
    /// outage in 800,000 may condemn; the test allows none.</remarks>
    public static GuardScenario SharedOutage(int percent, int brevity = 1) =>
        new($"shared outage, {percent}%", Careful with { MaxErrorRate = 0.05 }, rollout =>
    {
        const double Requests = 20 * 60;
        const double Outage = 0.5;
        var length = 5.0 / brevity;
        rollout.Share = TrafficShare.From(percent, 100 - percent);
        foreach (var (minutes, rate) in ((double, double)[])[(2 * length, FailureRate), (length, Outage), (3 * length, FailureRate)])
            rollout.Pass(
                minutes,
                [.. Failures(rollout, Requests * rate, ratio: 1), (Requests * rollout.Share.Fraction * (1 - rate), rollout.Succeed)]);
    })
        { IsNeverCondemned = true };

    /// <summary>Eight hours of two versions that take equally long, with a daily rhythm of 5 to 35 ms. No limit is set. The watched
    /// version starts cold, and so does each of its instances that is replaced.</summary>
    public static GuardScenario EqualLatency(int brevity = 1) => new("latency, equal", Careful, rollout =>
        Answer(rollout, Shift / brevity, factor: 1));

    /// <summary>Eight hours of a version whose answers are slow as often as tolerated.</summary>
    public static GuardScenario LatencyAtTheBoundary(int brevity = 1) => new("latency, boundary", Boundary, rollout =>
        Answer(rollout, Shift / brevity, Math.Sqrt(Tolerance)));

    /// <summary>A version that takes ten times as long from its start, without a limit of the rollout's own.</summary>
    public static GuardScenario TenTimesSlower() => new("latency, ten times slower", Careful, rollout =>
        Answer(rollout, 60, factor: 10))
    { FailuresAtMost = 25, MinutesAtMost = 1 };

    private static void Answer(SimulatedRollout rollout, double minutes, double factor)
    {
        rollout.Share = Twentieth;
        var answers = new SimulatedAnswers(
            rollout, minute => TimeSpan.FromMilliseconds(20 * (1 + (0.75 * Math.Sin(minute * Math.Tau / Day)))));
        answers.Learn();
        answers.Pass(minutes, factor);
    }

    /// <summary>After some minutes of two equal versions, a fifth of the watched version's answers fail.</summary>
    /// <param name="when">The moment, in words.</param>
    /// <param name="after">Minutes until then.</param>
    /// <param name="failuresAtMost">The most failures, on average, before it is condemned.</param>
    public static GuardScenario Fault(string when, double after, double failuresAtMost) => new($"0.1% -> 20% {when}", Careful, rollout =>
    {
        rollout.Share = Twentieth;
        if (after > 0)
        {
            rollout.Decides = false;
            rollout.Pass(after, Failures(rollout, PerMinute * FailureRate, ratio: 1));
            rollout.Decides = true;
        }

        rollout.StartFault();
        rollout.Pass(60, Failures(rollout, PerMinute * FailureRate, ratio: 200));
    })
    { FailuresAtMost = failuresAtMost };

    // Failures of both variants; perMinute is the rate of all failures if both are equal.
    private static (double PerMinute, Action Event)[] Failures(SimulatedRollout rollout, double perMinute, double ratio) =>
    [
        (perMinute * rollout.Share.Fraction * ratio, () => rollout.Fail(isWatched: true)),
        (perMinute * (1 - rollout.Share.Fraction), () => rollout.Fail(isWatched: false)),
    ];

    // At 50 requests per second. Each step takes 15 minutes, in which a broken customer sends about 15 requests.
    private static void WithBrokenKeys(SimulatedRollout rollout, IEnumerable<int> weights)
    {
        const int Broken = 20;
        const double Background = 50 * 60 * FailureRate;
        // A customer's place in the assignment: a customer in the watched variant at one weight is in it at any larger weight.
        var buckets = Enumerable.Range(0, Broken).Select(_ => rollout.Random.Next(10_000)).ToArray();
        ulong next = Broken;
        foreach (var weight in weights)
        {
            rollout.Share = TrafficShare.From(weight, 10_000 - weight);
            rollout.Pass(15, (Background, FailOnce), (Broken, FailAsEver));

            void FailOnce() => rollout.Fail(rollout.Random.Next(10_000) < weight, key: next++);

            void FailAsEver()
            {
                var key = rollout.Random.Next(Broken);
                rollout.Fail(buckets[key] < weight, key: (ulong)key);
            }
        }
    }
}
