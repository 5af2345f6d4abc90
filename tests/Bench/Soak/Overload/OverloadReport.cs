using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>What the soak saw, and whether each promise was kept.</summary>
internal sealed class OverloadReport(OverloadPlan plan)
{
    // With less, the service works for answers that no caller gets, or refuses what it could answer.
    private const double LeastAnswered = 0.8;

    // Of the requests of a client that asks for less than its part.
    private const double LeastOfPart = 0.98;

    // Forecasts are made so that one in a thousand is wrong.
    private const double MostRefusedLate = 0.001;

    // "At once": in less time than the shortest deadline leaves to another version.
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);

    // "As it should": what was sent later than this was not sent at a steady rate.
    private static readonly TimeSpan SentAtOnce = TimeSpan.FromMilliseconds(50);

    private const double MostGrowth = 1.05;
    private const long MostGrowthBytes = 16 * 1024 * 1024;

    // Of the processors' time, of all of them together, once nothing is sent any more.
    private const double MostBusy = 0.25;

    private readonly Table requests = new Table { Border = TableBorder.Markdown }.AddColumns(
        "request", "sent", "answered", "p50 ms", "p99 ms", "most ms", "refused", "p99 ms", "at its deadline", "left", "failed");

    private readonly Table processors = new Table { Border = TableBorder.Markdown }.AddColumns(
        "load", "processors of the service", "processors of the load", "rows of a run");

    private readonly Table promises = new Table { Border = TableBorder.Markdown }.AddColumns("promise", "", "");

    /// <summary>The requests of the mix that are answered in a second.</summary>
    internal double Sustainable { get; set; }

    /// <summary>The rows of these.</summary>
    internal double SustainableRows { get; set; }

    internal bool IsGood { get; private set; } = true;

    internal void Add(string load, OverloadUsage usage) => processors.AddRow(
        [load, Decimal(usage.Service, "0.00"), Decimal(usage.Load, "0.00"), Decimal(usage.RowsOfRun, "0.0")]);

    /// <summary>Checks that the load came as it should. A fault here is the soak's own.</summary>
    internal void CheckLoad(OverloadLoad load)
    {
        var late = load.SentWithin(0.99);
        Check(
            "the soak sends what it should",
            plan.IsShort || (load.Unsent == 0 && late <= SentAtOnce.TotalMilliseconds),
            $"99% within {Decimal(late, "0.0")} ms, {load.Unsent:N0} not at all");
    }

    internal void CheckOverload(
        IReadOnlyDictionary<OverloadRequest, OverloadTally> tallies,
        IReadOnlyList<long> memory,
        IReadOnlyList<string> notReady,
        OverloadMetrics measured)
    {
        Add(tallies);
        var all = tallies.Values;
        var (sent, late) = (all.Sum(static one => one.Sent), all.Sum(static one => one.Late));
        var (answered, refused) = (all.Sum(static one => one.Answered), all.Sum(static one => one.Refused));
        Check("the load is too much", refused > 0, $"{refused:N0} of {sent:N0} requests were refused");
        var answeredLate = plan.IsShort ? 0 : all.Sum(static one => one.AnsweredLate);
        Check(
            "what is admitted ends inside its deadline",
            late == 0 && answeredLate == 0,
            $"of {answered + late:N0}, {late:N0} were ended at it, and {answeredLate:N0} answers came after it");
        Check("the rest is refused with 503 and Retry-After", all.All(static one => one.Failed == 0), Faults(all));
        Check("every kind of request is answered", tallies.All(static one => one.Key.Leaves || one.Value.Answered > 0), "");
        if (!plan.IsShort)
        {
            var within = all.Max(static one => one.RefusedWithin(0.99));
            Check(
                "it is refused at once",
                within <= AtOnce.TotalMilliseconds,
                $"99% within {Decimal(within, "0.0")} ms; in the service, within {Decimal(measured.RefusedWithin(0.99), "0.#")} ms");
            var later = all.Sum(static one => one.RefusedAfter(AtOnce));
            Check(
                "what is admitted is answered",
                later <= MostRefusedLate * (answered + later),
                $"{later:N0} of {answered + later:N0} were refused after they had waited");
            // A request of 64 rows takes the time of many small ones, so the number of requests depends on which of them are answered.
            var rows = tallies.Sum(static one => (double)one.Key.Rows * one.Value.Answered) / plan.Time.TotalSeconds;
            Check(
                "as much is answered as can be sustained",
                rows >= LeastAnswered * SustainableRows,
                $"{rows:N0} rows/s of {SustainableRows:N0}; {answered / plan.Time.TotalSeconds:N0} requests/s of {Sustainable:N0}");
            var little = tallies.Where(static one => one.Key.AsksForLittle).Select(static one => one.Value).ToList();
            var (ofLittle, sentLittle) = (little.Sum(static one => one.Answered), little.Sum(static one => one.Sent));
            if (sentLittle / plan.Time.TotalSeconds < SustainableRows / OverloadSoak.Clients)
            {
                Check(
                    "a client that asks for less than its part gets it",
                    ofLittle >= LeastOfPart * sentLittle,
                    $"{ofLittle:N0} of {sentLittle:N0} were answered");
            }
            var third = memory.Count / 3;
            var (before, after) = (memory.Skip(third).Take(third).Average(), memory.TakeLast(third).Average());
            Check(
                "memory is flat",
                after <= (MostGrowth * before) + MostGrowthBytes,
                $"{before / (1 << 20):0} MiB, later {after / (1 << 20):0} MiB");
        }

        Check("the service stays ready", notReady.Count == 0, string.Join("; ", notReady.Take(1)));
    }

    internal void CheckHopeless(
        IReadOnlyDictionary<OverloadRequest, OverloadTally> tallies, IReadOnlyList<string> notReady, double busy, string output)
    {
        Add(tallies);
        var hopeless = tallies.Single(static one => one.Key.IsHopeless).Value;
        var others = tallies.Where(static one => !one.Key.IsHopeless).Select(static one => one.Value).ToList();
        Check(
            "endless runs are answered at their deadline",
            hopeless is { Late: > 0, Answered: 0, Failed: 0 },
            $"{hopeless.Late} at theirs, {hopeless.Refused} refused. {Faults([hopeless])}");
        Check(
            "their turns are free again for others",
            others.All(static one => one is { Late: 0, Failed: 0, Answered: > 0 } && one.Answered > one.Refused),
            $"{others.Sum(static one => one.Answered)} answered. {Faults(others)}");
        Check("the runtime ends the runs", busy < MostBusy * Environment.ProcessorCount, $"{busy:0.00} processors are busy afterwards");
        var isStuck = output.Contains("can't be ended", StringComparison.Ordinal);
        Check("none can't be ended", !isStuck && notReady.Count == 0, string.Join("; ", notReady.Take(1)));
    }

    internal void Print()
    {
        AnsiConsole.Write(requests);
        Console.WriteLine();
        AnsiConsole.Write(processors);
        Console.WriteLine();
        AnsiConsole.Write(promises);
        Console.WriteLine(IsGood ? "Every promise was kept." : "BROKEN");
    }

    private void Check(string promise, bool isKept, string what)
    {
        IsGood &= isKept;
        promises.AddRow(Markup.Escape(promise), Markup.Escape(what), isKept ? "ok" : "BROKEN");
    }

    private void Add(IReadOnlyDictionary<OverloadRequest, OverloadTally> tallies)
    {
        foreach (var (request, tally) in tallies)
        {
            requests.AddRow(
            [
                $"{request.Name}, {request.Deadline.TotalMilliseconds:0} ms",
                Number(tally.Sent),
                Number(tally.Answered),
                Decimal(tally.AnsweredWithin(0.5), "0.0"),
                Decimal(tally.AnsweredWithin(0.99), "0.0"),
                Decimal(tally.AnsweredWithin(1), "0.0"),
                Number(tally.Refused),
                Decimal(tally.RefusedWithin(0.99), "0.0"),
                Number(tally.Late),
                Number(tally.Left),
                Number(tally.Failed),
            ]);
        }
    }

    private static string Faults(IEnumerable<OverloadTally> tallies) =>
        string.Join("; ", tallies.SelectMany(static one => one.Faults).Take(5)) is { Length: > 0 } faults ? faults : "";

    private static string Decimal(double figure, string form) => figure.ToString(form, CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
