using ModelServing.Cache.Reports;
using ModelServing.Cli.Monitoring;
using ModelServing.Cli.Monitoring.Queries;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Services.Tests.Cache.Reports;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Monitoring;

/// <summary>Rollouts of two equal versions on the path of the alarms: the reports of each minute become metrics, and the alarms that lead
/// to a rollback are evaluated on them.</summary>
public class AlarmRolloutTests
{
    private const int Rollouts = 10_000;
    private const int Minutes = 10;
    private const int HonestClients = 20;

    // 200 requests per second, 5% of them to the canary; 0.1% of all requests fail.
    private const int OfCanary = 600;
    private const int OfStable = 11_400;
    private const double FailureRate = 0.001;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly ModelName Fraud = ModelName.Parse("fraud");

    [Fact]
    public void A_hostile_client_that_knows_the_assignment_has_no_equal_version_condemned()
    {
        var condemned = 0;
        // Without a limit, it would take every thread that the pool gets, and the tests beside it would wait.
        Parallel.For(
            0,
            Rollouts,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            seed => Interlocked.Add(ref condemned, IsCondemned(new Random(seed), hostile: true, rate: 0) ? 1 : 0));
        // At most the share that the guard allows as false alarms by default.
        Assert.InRange(condemned, 0, Rollouts / 1000);
    }

    [Fact]
    public void A_version_that_fails_a_fifth_of_all_requests_is_condemned() =>
        Assert.All(Enumerable.Range(0, 20), static seed => Assert.True(IsCondemned(new Random(seed), hostile: true, rate: 0.2)));

    // The hostile client sends the canary any number of requests that fail. Stable answers any part of them well, which is more than a
    // client can reach with two equal versions.
    private static bool IsCondemned(Random random, bool hostile, double rate)
    {
        var time = new SetTime { Now = Start };
        var datapoints = new DatapointStore(Minute, time);
        var evaluation = new QueryEvaluation(datapoints, Minute);
        List<AlarmWatch> alarms =
            [.. ModelAlarms.All.Where(static alarm => alarm.Route == AlarmRoute.Rollback).Select(static alarm => new AlarmWatch(alarm))];
        var groupsOfClients = Enumerable.Range(0, HonestClients + 1).Select(_ => random.Next(GroupCounts.Groups)).ToArray();
        for (var minute = 0; minute < Minutes; minute++)
        {
            var start = Start + (minute * Minute);
            var requests = new int[GroupCounts.Groups];
            var compared = new int[GroupCounts.Groups];
            foreach (var client in groupsOfClients[..HonestClients])
                requests[client] += (OfCanary + OfStable) / HonestClients;
            var failed = Poisson(random, OfCanary * (FailureRate + rate));
            for (var i = 0; i < failed; i++)
                compared[groupsOfClients[random.Next(HonestClients)]]++;
            var sent = hostile ? random.Next(3 * OfCanary) : 0;
            requests[groupsOfClients[HonestClients]] += sent;
            compared[groupsOfClients[HonestClients]] += random.Next(sent + 1);
            var metrics = new MinuteNumbers(start, Minute).Compute(
                Fraud,
                [
                    SomeReports.Process(
                        SomeReports.Two,
                        SomeReports.Stream("canary", SomeReports.Count(OfCanary - Math.Min(failed, OfCanary), sent + failed), requests)),
                    SomeReports.Process(
                        SomeReports.One,
                        new VariantCounts("stable", 1, SomeReports.Count(OfStable, Poisson(random, OfStable * FailureRate))),
                        SomeReports.Compared(ModelServing.Cache.Reports.Comparison.Error, compared)),
                ],
                [],
                out _);
            time.Now = start + Minute;
            Assert.Empty(datapoints.Add(new MetricPost(metrics)));
            if (alarms.Any(alarm => alarm.Evaluate(evaluation, time.Now).Any(static change => change.Change == AlarmChange.OkToFiring)))
                return true;
        }

        return false;
    }

    // By multiplication of uniform numbers (Knuth, "The Art of Computer Programming", vol. 2, 3.4.1).
    private static int Poisson(Random random, double mean)
    {
        var (count, product, limit) = (0, random.NextDouble(), Math.Exp(-mean));
        while (product > limit)
        {
            count++;
            product *= random.NextDouble();
        }

        return count;
    }
}
