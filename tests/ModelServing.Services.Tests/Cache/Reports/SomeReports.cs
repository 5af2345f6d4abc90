using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>Makes counts and reports.</summary>
internal static class SomeReports
{
    internal static readonly ModelVersion One = new(1);
    internal static readonly ModelVersion Two = new(2);

    /// <summary>A report of the feature server with two views, one of which is being filled.</summary>
    internal static FeatureReport SomeFeatures { get; } = new(
        4,
        1.25,
        0.75,
        [
            new ViewReport("card-activity", 1, IsFilled: true, 2.5, 100, 7),
            new ViewReport("card-activity", 2, IsFilled: false, 0, 0, 0),
        ]);

    /// <summary>Realistic latencies: most between 0.1 ms and 10 s, some at the ends of the range.</summary>
    internal static readonly Gen<TimeSpan> Latency = Gen.Frequency(
        (8, Gen.Double[-4, 1].Select(static power => TimeSpan.FromSeconds(Math.Pow(10, power)))),
        (1, Gen.Long[0, 1000].Select(TimeSpan.FromTicks)),
        (1, Gen.Long[0, TimeSpan.TicksPerHour].Select(TimeSpan.FromTicks)));

    internal static readonly Gen<(AnswerKind Kind, TimeSpan Latency)> Answer = Gen.Select(Gen.Enum<AnswerKind>(), Latency);

    internal static readonly Gen<RequestCounts> Counts = Answer.List[0, 40].Select(static answers => Count(answers));

    internal static readonly Gen<LogReport> Log = Gen.Long[0, 1L << 40].Array[4]
        .Select(static numbers => new LogReport(numbers[0], TimeSpan.FromMilliseconds(numbers[1]), numbers[2], numbers[3]));

    internal static readonly Gen<ProcessReport> Report = Gen.Select(
        Gen.Int[1, ModelVersion.MaxNumber],
        Gen.Guid,
        Gen.Bool,
        Gen.Select(
            Gen.OneOf(((string[])["canary", "stable", "direct", "b-2"]).Select(Gen.Const).ToArray()),
            Gen.Int[0, int.MaxValue],
            Counts,
            Gen.Long[0, 1L << 40].Array[GroupCounts.Groups]).List[0, ProcessReport.MaxStreams],
        Log.Null())
        .Select(static (version, incarnation, isLeaving, streams, log) => new ProcessReport
        {
            Version = new ModelVersion(version),
            Incarnation = incarnation,
            IsLeaving = isLeaving,
            Log = log,
            Streams = [.. streams.Select(static stream => new VariantCounts(stream.Item1, stream.Item2, stream.Item3)
            {
                Groups = GroupCounts.From(stream.Item4),
            })],
        });

    internal static RequestCounts Count(IEnumerable<(AnswerKind Kind, TimeSpan Latency)> answers)
    {
        var counts = new long[RequestCounts.Kinds * LatencyBuckets.Count];
        foreach (var (kind, latency) in answers)
            counts[(int)kind * LatencyBuckets.Count + LatencyBuckets.IndexOf(latency)]++;
        return RequestCounts.From(counts);
    }

    /// <summary>Counts with the given number of answers of each kind, all with one latency.</summary>
    internal static RequestCounts Count(
        int answered = 0,
        int failed = 0,
        int nonFinite = 0,
        int clientErrors = 0,
        double milliseconds = 10)
    {
        var bucket = LatencyBuckets.IndexOf(TimeSpan.FromMilliseconds(milliseconds));
        var counts = new long[RequestCounts.Kinds * LatencyBuckets.Count];
        foreach (var (kind, count) in ((AnswerKind, int)[])[
            (AnswerKind.Answered, answered), (AnswerKind.Failed, failed), (AnswerKind.NonFinite, nonFinite),
            (AnswerKind.ClientError, clientErrors)])
            counts[(int)kind * LatencyBuckets.Count + bucket] = count;
        return RequestCounts.From(counts);
    }

    /// <summary>Stable's stream of requests that version 2, the canary, failed and stable answered well.</summary>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="groups">The number of such requests of each group of clients, from group 0.</param>
    internal static VariantCounts Compared(string kind, params int[] groups) =>
        new(new Comparison("canary", Two, 1, kind).Stream, 1, Count(answered: groups.Sum())) { Groups = InGroups(groups) };

    /// <summary>A stream whose requests are of the given groups of clients.</summary>
    internal static VariantCounts Stream(string variant, RequestCounts counts, params int[] groups) =>
        new(variant, 1, counts) { Groups = InGroups(groups) };

    private static GroupCounts InGroups(int[] counts) =>
        GroupCounts.From([.. counts.Select(static count => (long)count), .. new long[GroupCounts.Groups - counts.Length]]);

    internal static ProcessReport Process(ModelVersion version, params VariantCounts[] streams) =>
        new() { Version = version, Incarnation = Guid.CreateVersion7(), Streams = streams };
}
