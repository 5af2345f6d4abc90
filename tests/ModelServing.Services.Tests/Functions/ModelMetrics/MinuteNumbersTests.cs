using CsCheck;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Inference.Reporting;
using ModelServing.Services.Tests.Cache.Reports;
using static ModelServing.Services.Tests.Cache.Reports.SomeReports;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

public class MinuteNumbersTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly ModelName Fraud = ModelName.Parse("fraud");

    [Fact]
    public void Requests_and_shares_include_all_processes()
    {
        var metrics = Compute(
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 6))),
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 3, clientErrors: 1))),
            Process(One, new VariantCounts("stable", 1, SomeReports.Count(answered: 30))));
        Assert.Equal([("1/stable/1", 30.0), ("2/canary/1", 10)], Values(metrics, ModelMetric.Requests));
        Assert.Equal([("1/stable/1", 0.75), ("2/canary/1", 0.25)], Values(metrics, ModelMetric.Share));
        Assert.Equal([("1/stable/1", 1.0), ("2/canary/1", 2)], Values(metrics, ModelMetric.Reporting));
    }

    [Fact]
    public void The_logs_of_a_versions_processes_are_added_up_and_the_oldest_record_counts()
    {
        var metrics = Compute(
            Process(Two) with { Log = new LogReport(10, TimeSpan.FromSeconds(1.5), 1, 0) },
            Process(Two) with { Log = new LogReport(5, TimeSpan.FromSeconds(130), 0, 2) },
            Process(One) with { Log = new LogReport(0, TimeSpan.Zero, 0, 0) },
            Process(One));
        (string Name, double One, double Two)[] expected =
        [
            (ModelMetric.PredictionBacklog, 0, 15),
            (ModelMetric.PredictionBacklogSeconds, 0, 130),
            (ModelMetric.PredictionsAside, 0, 1),
            (ModelMetric.PredictionsLost, 0, 2),
        ];
        foreach (var (name, one, two) in expected)
        {
            var data = metrics.Where(metric => metric.Name == name).ToList();
            Assert.Equal(["1", "2"], data.Select(static metric => metric.Dimensions[ModelMetric.Version]));
            Assert.All(data, static metric => Assert.Equal(["model", "version"], metric.Dimensions.Keys));
            Assert.Equal([one, two], data.Select(static metric => Assert.Single(metric.Datapoints).Value));
        }
    }

    [Fact]
    public void The_mean_of_a_failure_is_the_share_of_failed_requests_and_its_weight_their_number()
    {
        var metrics = Compute(Process(
            Two,
            new VariantCounts("canary", 1, SomeReports.Count(answered: 90, failed: 6, nonFinite: 4, clientErrors: 500))));
        var failure = Single(metrics, ModelMetric.Failure);
        Assert.Equal((0.06, 100), MeanOf(failure));
        Assert.Equal((4 / 94.0, 94), MeanOf(Single(metrics, ModelMetric.NonFinite)));
        // The two values of a minute are two datapoints with different times, so neither hides the other.
        Assert.Equal([Start, Start + TimeSpan.FromSeconds(1)], failure.Datapoints.Select(static point => point.Timestamp));
    }

    [Fact]
    public void Excess_and_ratio_compare_with_stable_of_the_same_minute_whichever_versions_are_stable()
    {
        var metrics = Compute(
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 60, failed: 40, milliseconds: 60))),
            Process(
                One,
                new VariantCounts("stable", 1, SomeReports.Count(answered: 45, failed: 5)),
                Compared(Comparison.Error, 10, 10, 10),
                Compared(HeaderNames.NonFinite, 3, 3)),
            Process(new ModelVersion(3), new VariantCounts("stable", 2, SomeReports.Count(answered: 50))));
        var excess = Single(metrics, ModelMetric.FailureExcess);
        Assert.Equal("2/canary/1", NameOf(excess));
        // 30 failures that stable answered, less those of one client; stable failed 5 of 100.
        Assert.Equal(0.20 - 0.05, Assert.Single(excess.Datapoints).Value, 1e-12);
        Assert.Equal(0.03, Assert.Single(Single(metrics, ModelMetric.NonFiniteExcess).Datapoints).Value, 1e-12);
        Assert.Equal(100, excess.Datapoints[0].Count);
        Assert.InRange(Assert.Single(Single(metrics, ModelMetric.LatencyRatio).Datapoints).Value, 6 * 31 / 32.0, 6 * 33 / 32.0);
    }

    [Fact]
    public void A_failure_that_stable_shares_is_not_in_the_excess()
    {
        var metrics = Compute(
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 60, failed: 40))),
            Process(One, new VariantCounts("stable", 1, SomeReports.Count(answered: 100)), Compared(Comparison.Error)));
        Assert.Equal(0, Single(metrics, ModelMetric.FailureExcess).Datapoints[0].Value);
    }

    [Theory]
    [InlineData(80, 20, 0)]
    [InlineData(89, 11, 0)]
    [InlineData(90, 10, 0.4)]
    public void One_clients_failures_count_only_if_it_sends_nearly_all_requests(int one, int other, double excess)
    {
        var metrics = Compute(
            Process(Two, Stream("canary", SomeReports.Count(answered: 60, failed: 40), one, other)),
            Process(One, Stream("stable", SomeReports.Count(answered: 100), one, other), Compared(Comparison.Error, 40)));
        Assert.Equal(excess, Single(metrics, ModelMetric.FailureExcess).Datapoints[0].Value, 1e-12);
    }

    // One client sends 86 of 100 requests, and all of them fail at the canary, which has half of the traffic.
    [Fact]
    public void A_client_is_not_counted_twice_because_its_requests_were_retried()
    {
        var (canary, stable) = (new RequestRecorder(), new RequestRecorder());
        for (var i = 0; i < 200; i++)
        {
            var isHostile = i % 100 < 86;
            var group = isHostile ? "3" : "4";
            if (i % 2 == 0)
                Answer(stable, "stable", group, 200);
            else
                Answer(canary, "canary", group, isHostile ? 500 : 200);
            if (i % 2 == 1 && isHostile)
                Answer(stable, "stable", group, 200, failover: "canary;version=2;trial=1;kind=error");
        }

        var metrics = Compute(Process(Two, [.. canary.Close()]), Process(One, [.. stable.Close()]));
        Assert.Equal(0, Single(metrics, ModelMetric.FailureExcess).Datapoints[0].Value);

        static void Answer(RequestRecorder recorder, string variant, string group, int status, string? failover = null) =>
            recorder.Answered(
                new HeaderDictionary
                {
                    [HeaderNames.ModelVariant] = variant,
                    [HeaderNames.ModelTrial] = "1",
                    [HeaderNames.ClientGroup] = group,
                    [HeaderNames.ModelFailover] = failover,
                },
                status,
                isNonFinite: false,
                new AnswerTime(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)));
    }

    // Equal versions, of which one request in a thousand fails at random. A hostile client sends the canary up to as many requests as all
    // others together, each of which fails there; stable fails most of them too, and some at random it does not.
    [Fact]
    public void A_hostile_client_raises_no_excess_in_ten_thousand_minutes() => Gen.Select(
        Gen.Int[30, 600], Gen.Int[0, 1000], Gen.Int[0, 500], Gen.Int[0, 3], Gen.Int[0, 3])
        .Sample(
            static (honest, sent, compared, random, group) =>
            {
                var atStable = 20 * honest;
                int[] failures = [random, 0, 0, 0];
                failures[group] += Math.Min(sent, compared);
                int[] requests = [honest * 7, honest * 7, honest * 7, honest * 7];
                requests[group] += sent;
                var metrics = Compute(
                    Process(Two, Stream("canary", SomeReports.Count(answered: honest, failed: sent + random), requests)),
                    Process(
                        One,
                        Stream("stable", SomeReports.Count(answered: atStable, failed: atStable / 1000), requests),
                        Compared(Comparison.Error, failures)));
                var excess = Single(metrics, ModelMetric.FailureExcess).Datapoints[0].Value;
                // At most the random failures of one honest client.
                Assert.InRange(excess, -0.01, 3.0 / honest);
            },
            iter: 10_000);

    [Fact]
    public void A_request_that_the_version_refuses_and_stable_answers_is_a_failure()
    {
        var metrics = Compute(
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 60, clientErrors: 40))),
            Process(One, new VariantCounts("stable", 1, SomeReports.Count(answered: 100)), Compared(Comparison.Error, 20, 20)));
        Assert.Equal(20 / 80.0, Single(metrics, ModelMetric.FailureExcess).Datapoints[0].Value, 1e-12);
        Assert.Equal(80, Single(metrics, ModelMetric.FailureExcess).Datapoints[0].Count);
    }

    [Theory]
    [InlineData(29, 1000)]
    [InlineData(1000, 29)]
    [InlineData(1000, 0)]
    public void A_handful_of_requests_is_not_compared(int canary, int stable)
    {
        var metrics = Compute(
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(failed: canary, clientErrors: 100))),
            Process(One, new VariantCounts("stable", 1, SomeReports.Count(answered: stable, clientErrors: 100))));
        Assert.DoesNotContain(metrics, static of => of.Name is ModelMetric.FailureExcess or ModelMetric.LatencyRatio);
    }

    [Fact]
    public void Three_times_next_to_nothing_is_not_slow()
    {
        var metrics = Compute(
            Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 100, milliseconds: 0.8))),
            Process(One, new VariantCounts("stable", 1, SomeReports.Count(answered: 100, milliseconds: 0.1))));
        Assert.InRange(Single(metrics, ModelMetric.LatencyRatio).Datapoints[0].Value, 0.7, 0.9);
    }

    [Fact]
    public void Requests_without_a_router_and_pinned_ones_are_in_no_metric()
    {
        var metrics = Compute(Process(
            Two,
            new VariantCounts("direct", 0, SomeReports.Count(failed: 100)),
            new VariantCounts("pinned", 1, SomeReports.Count(failed: 100))));
        Assert.Empty(metrics);
    }

    [Fact]
    public void Requests_with_a_fault_of_their_own_are_only_in_requests_and_share()
    {
        var metrics = Compute(Process(Two, new VariantCounts("canary", 1, SomeReports.Count(clientErrors: 100))));
        Assert.Equal([ModelMetric.Reporting, ModelMetric.Requests, ModelMetric.Share], metrics.Select(static of => of.Name));
    }

    [Fact]
    public void A_version_without_reports_is_posted_as_missing()
    {
        var gone = Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1)));
        var metrics = Compute([Process(One, new VariantCounts("stable", 1, SomeReports.Count(answered: 1)))], [gone]);
        Assert.Equal([("1/stable/1", 1.0), ("2/canary/1", 0)], Values(metrics, ModelMetric.Reporting));
    }

    [Fact]
    public void A_version_whose_processes_have_all_reported_that_they_stop_is_not_missing()
    {
        var one = Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1)));
        var other = Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1)));
        Assert.Empty(Compute([], [one, one with { IsLeaving = true }, other with { IsLeaving = true }]));
        Assert.Equal([("2/canary/1", 0.0)], Values(Compute([], [one with { IsLeaving = true }, other]), ModelMetric.Reporting));
    }

    [Fact]
    public void A_running_version_without_requests_is_not_missing()
    {
        var before = Process(Two, new VariantCounts("canary", 1, SomeReports.Count(answered: 1)));
        Assert.Equal([("2/canary/1", 1.0)], Values(Compute([Process(Two)], [before]), ModelMetric.Reporting));
    }

    [Fact]
    public void Streams_above_the_limit_are_left_out_and_reported()
    {
        var many = Enumerable.Range(1, 10)
            .Select(process => Process(
                Two,
                [.. Enumerable.Range(1, 10)
                    .Select(trial => new VariantCounts("canary", process * 10 + trial, SomeReports.Count(answered: 1)))]));
        var metrics = new MinuteNumbers(Start, TimeSpan.FromMinutes(1)).Compute(Fraud, [.. many], [], out var leftOut);
        Assert.Equal(100 - MinuteNumbers.MaxStreams, leftOut);
        Assert.Equal(MinuteNumbers.MaxStreams, metrics.Select(NameOf).Distinct().Count());
    }

    [Fact]
    public void Any_reports_in_any_order_give_the_same_values_and_these_can_be_posted() =>
        Gen.Select(SomeReports.Report.List[0, 6], SomeReports.Report.List[0, 4], Gen.Int[0, 100])
        .Sample((processes, before, seed) =>
        {
            var metrics = Compute([.. processes], [.. before]);
            var shuffled = processes.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(Texts(metrics), Texts(Compute(shuffled, [.. before])));
            foreach (var point in metrics.SelectMany(static of => of.Datapoints))
            {
                Assert.True(double.IsFinite(point.Value));
                Assert.InRange(point.Count, 1, int.MaxValue);
                Assert.InRange(point.Timestamp, Start, Start + TimeSpan.FromSeconds(59));
            }

            Assert.Equal(metrics.Count, metrics.Select(static of => (of.Name, NameOf(of))).Distinct().Count());
            // Only once for each process: it sends one report for a minute.
            Assert.All(Values(metrics, ModelMetric.Reporting), pair => Assert.InRange(pair.Value, 0, processes.Count));
        });

    private static IEnumerable<string> Texts(IEnumerable<MetricData> metrics) =>
        metrics.Select(static of => $"{of.Name} {NameOf(of)} {string.Join(';', of.Datapoints)}");

    private static List<MetricData> Compute(params ProcessReport[] processes) => Compute(processes, []);

    private static List<MetricData> Compute(ProcessReport[] processes, ProcessReport[] before) =>
        new MinuteNumbers(Start, TimeSpan.FromMinutes(1)).Compute(Fraud, processes, before, out _);

    private static IEnumerable<(string Stream, double Value)> Values(IEnumerable<MetricData> metrics, string name) =>
        metrics.Where(of => of.Name == name).Select(static of => (NameOf(of), Assert.Single(of.Datapoints).Value));

    private static MetricData Single(IEnumerable<MetricData> metrics, string name) => Assert.Single(metrics, of => of.Name == name);

    // A metric about a log has no variant and no trial.
    private static string NameOf(MetricData of) => of.Dimensions.TryGetValue(ModelMetric.Variant, out var variant)
        ? $"{of.Dimensions[ModelMetric.Version]}/{variant}/{of.Dimensions[ModelMetric.Trial]}"
        : of.Dimensions[ModelMetric.Version];

    private static (double Mean, int Count) MeanOf(MetricData of)
    {
        var count = of.Datapoints.Sum(static point => point.Count);
        return (of.Datapoints.Sum(static point => point.Value * point.Count) / count, count);
    }
}
