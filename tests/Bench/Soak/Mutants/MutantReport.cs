using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary>The results of all mutations that were tried.</summary>
internal sealed class MutantReport(IReadOnlyList<MutantResult> results)
{
    /// <summary>The share of mutations that the tests must notice, in percent.</summary>
    internal const int Least = 90;

    private int Noticed => results.Count(static result => result.NoticedBy is not null);

    internal bool IsGood => Noticed * 100 >= results.Count * Least && results.All(static result => result.IsExplained);

    internal void Print()
    {
        var table = new Table { Border = TableBorder.Markdown }.AddColumns("area", "mutations", "noticed", "survived");
        foreach (var area in results.GroupBy(static result => result.Mutation.Area))
            AddRow(area.Key, [.. area]);
        AddRow("all", results);
        AnsiConsole.Write(table);
        foreach (var result in results.Where(static result => result.Fault is not null))
            Console.WriteLine($"FAULT: {result.Mutation}: {result.Fault}");
        foreach (var result in results.Where(static result => result.Survived))
            Console.WriteLine($"survived: {result.Mutation}: {result.Mutation.Survives ?? "NOT EXPLAINED"}");
        foreach (var result in results.Where(static result => result is { NoticedBy: not null, Mutation.Survives: not null }))
            Console.WriteLine($"noticed, although the list says that it survives: {result.Mutation}: {result.NoticedBy}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Noticed} of {results.Count} noticed: {100.0 * Noticed / results.Count:0.0}%, and at least {Least}% must be. " +
                $"{(IsGood ? "Every survivor is explained." : "BROKEN")}"));

        void AddRow(string area, IReadOnlyList<MutantResult> of) => table.AddRow(
            area,
            Number(of.Count),
            Number(of.Count(static result => result.NoticedBy is not null)),
            Number(of.Count(static result => result.Survived)));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
