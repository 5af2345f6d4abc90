using System.Globalization;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Experiments;
using ModelServing.Jobs.Skew;

namespace ModelServing.Jobs.Replays;

/// <summary>The report for people.</summary>
internal static class ReplayTable
{
    private const int Width = 80;
    private const int MostInputs = 6;

    /// <summary>The lines of the report, each within 80 columns, unless a request has long names.</summary>
    internal static IEnumerable<string> Lines(ReplayReport report)
    {
        foreach (var line in HeadOf(report).Concat(CallsOf(report)).Concat(ScoresOf(report)).Concat(MetricsOf(report)))
            yield return line;
        if (report.Largest.Count == 0)
            yield break;
        yield return "";
        yield return $"{"largest differences",-28} {"outcome",-9} {"version",9} {"score",9} {"candidate",10} {"difference",10}";
        foreach (var one in report.Largest)
        {
            yield return $"{one.RequestId,-28} {Short(one.Outcome?.ToString() ?? "-", 9),-9} {one.Version,9} {Number(one.Score),9} "
                + $"{Number(one.CandidateScore),10} {Number(one.Difference),10}";
            foreach (var input in (one.Inputs ?? []).Take(MostInputs))
                yield return Short($"  {input.Name} {TextOf(input)}", Width);
        }
    }

    private static IEnumerable<string> HeadOf(ReplayReport report)
    {
        var by = string.Join(", ", report.AnsweredBy.Select(static pair => $"version {pair.Key} {SkewTable.Count(pair.Value)}"));
        yield return $"{report.Model} version {report.Version}, tried with {SkewTable.Count(report.Replayed)} logged requests";
        foreach (var line in ExperimentTable.Wrap(
            $"From {report.Source}, {IsoTime.Write(report.First!.Value)} to {IsoTime.Write(report.Last!.Value)}. Answered by: {by}.", ""))
            yield return line;
        if (report.WithRecordedScore > 0)
        {
            foreach (var line in ExperimentTable.Wrap(
                $"Those versions gave the recorded answer again for {SkewTable.Count(report.Reproduced)} of "
                    + $"{SkewTable.Count(report.WithRecordedScore)} requests.",
                ""))
                yield return line;
        }

        foreach (var reason in report.NotReplayed)
        {
            foreach (var line in ExperimentTable.Wrap($"Not replayed: {SkewTable.Count(reason.Count)}, because {reason.Reason}.", ""))
                yield return line;
        }
    }

    private static IEnumerable<string> CallsOf(ReplayReport report)
    {
        yield return "";
        yield return $"{"calls",-28} {"requests",12} {"failed",9} {"p50 ms",8} {"p95 ms",9} {"p99 ms",9}";
        foreach (var (name, figures) in new[] { ("the versions that answered", report.Answered), ("the candidate", report.Candidate) })
        {
            yield return $"{name,-28} {SkewTable.Count(figures.Calls),12} {SkewTable.Count(figures.Failed),9} "
                + $"{Time(figures.P50Milliseconds),8} {Time(figures.P95Milliseconds),9} {Time(figures.P99Milliseconds),9}";
            foreach (var reason in figures.Reasons)
            {
                foreach (var line in ExperimentTable.Wrap($"{SkewTable.Count(reason.Count)} x {reason.Reason}", "  "))
                    yield return line;
            }
        }
    }

    private static IEnumerable<string> ScoresOf(ReplayReport report)
    {
        yield return "";
        var how = report.Threshold is { } threshold ? $"{report.Score} from {Number(threshold)} on" : "outputs that are not scores";
        yield return report.Decisions == 0
            ? "Changed decisions: unknown, because no output makes one."
            : $"Changed decisions: {SkewTable.Count(report.ChangedDecisions)} of {SkewTable.Count(report.Decisions)} "
                + $"({SkewTable.Share(report.ChangedShare!.Value)}), by {how}.";
        if (report.Scores == 0)
            yield break;
        yield return $"Difference in {report.Score}, the candidate's less the other; "
            + $"{SkewTable.Share((double)report.EqualScores / report.Scores)} are equal:";
        yield return $"  {string.Concat(report.Differences.Select(static one => $"{NameOf(one.Share),8}"))}";
        yield return $"  {string.Concat(report.Differences.Select(
            static one => $"{one.Difference.ToString("0.###", CultureInfo.InvariantCulture),8}"))}";
    }

    private static IEnumerable<string> MetricsOf(ReplayReport report)
    {
        yield return "";
        if (report.Metrics.Count == 0)
        {
            yield return report.Outcomes == 0
                ? "No outcome of these requests is known, so no metric is."
                : $"{SkewTable.Count(report.Outcomes)} outcomes are known, and no metric depends on the version.";
            yield break;
        }

        yield return $"{"where outcomes are known",-28} {"requests",12} {"answered",12} {"candidate",12} {"difference",12}";
        foreach (var metric in report.Metrics)
        {
            yield return $"{metric.Metric,-28} {SkewTable.Count(metric.Requests),12} {Number(metric.Answered),12} "
                + $"{Number(metric.Candidate),12} {Number(metric.Difference),12}";
        }
    }

    private static string NameOf(double share) => share switch
    {
        0 => "least",
        0.5 => "median",
        1 => "most",
        _ => SkewTable.Share(share),
    };

    private static string TextOf(PredictionTensor input) => input.Data is { } data
        ? $"{input.Datatype}[{string.Join(',', input.Shape)}] {data.GetRawText()}"
        : $"{input.Omitted}{(input.Digest is { } digest ? $" {digest}" : "")}";

    private static string Short(string text, int most) => text.Length <= most ? text : $"{text[..(most - 3)]}...";

    private static string Time(double? milliseconds) => milliseconds?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    private static string Number(double? number) => number?.ToString("G4", CultureInfo.InvariantCulture) ?? "-";
}
