using System.Globalization;

namespace ModelServing.Bench.Features;

/// <summary>The engine's figures.</summary>
/// <param name="Cards">The number of entities.</param>
/// <param name="Features">The number of features of the view.</param>
/// <param name="MaxStateBytes">The largest state that it can have.</param>
/// <param name="Rounds">The figures of each round.</param>
internal sealed record EngineReport(int Cards, int Features, int MaxStateBytes, IReadOnlyList<EngineRound> Rounds)
{
    internal void Print(TextWriter output)
    {
        output.WriteLine($"engine, one core, a view of {Features} features, {Cards} entities:");
        output.WriteLine("| figure | median | lowest | highest |");
        output.WriteLine("| --- | ---: | ---: | ---: |");
        Write(output, "events/s applied to decoded states", static round => round.AppliedPerSecond, "N0");
        Write(output, "events/s with decode and encode for each", static round => round.UpdatedPerSecond, "N0");
        Write(output, $"µs to read {Features} features of a decoded state", static round => round.FinaliseMicroseconds, "0.0");
        Write(output, $"µs to read the {Features} features of an encoded state", static round => round.ReadMicroseconds, "0.0");
        Write(output, $"bytes of a state (at most {MaxStateBytes.ToString("N0", CultureInfo.InvariantCulture)})",
            static round => round.StateBytes, "N0");
    }

    private void Write(TextWriter output, string name, Func<EngineRound, double> figure, string format)
    {
        var sorted = Rounds.Select(figure).Order().ToList();
        output.WriteLine($"| {name} | {Text(sorted[sorted.Count / 2])} | {Text(sorted[0])} | {Text(sorted[^1])} |");

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
