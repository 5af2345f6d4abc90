using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Cli.Predictions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli.Requests;

/// <summary>Attempts for people, one line each. The times are milliseconds.</summary>
internal static class AttemptTable
{
    // From here on, a list also has the time of day and the parts.
    private const int Wide = 140;

    private static readonly string[] Parts = ["routing", "queue", "model", "encode"];

    internal static IRenderable Request(IReadOnlyList<AttemptLine> lines)
    {
        var first = lines[0].Record;
        var head = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        head.AddRow(new Text("request"), new Text(first.RequestId.ToString()));
        head.AddRow(new Text("time"), new Text(PredictionText.Time(first.Time)));
        if (lines.Select(static line => line.Record.Model).FirstOrDefault(static model => model is not null) is { } model)
            head.AddRow(new Text("model"), new Text(VisibleText.From(model)));
        if (AttemptText.Trace(lines.Select(static line => line.Record.Trace).Max()) is { } trace)
            head.AddRow(new Text("trace"), new Text(trace));
        var table = Create(["#", "version", "answer", "total", .. Parts], numbers: 3);
        foreach (var line in lines)
        {
            table.AddRow([.. Texts(
                [
                    Number(line.Record.Attempt), AttemptText.Version(line), AttemptText.Ending(line), .. Times(line, withParts: true),
                ])]);
        }

        return new Rows(head, new Text(""), table);
    }

    /// <summary>The attempts of many requests.</summary>
    /// <param name="lines">The attempts.</param>
    /// <param name="width">The columns of the terminal.</param>
    internal static IRenderable List(IReadOnlyList<AttemptLine> lines, int width)
    {
        if (lines.Count == 0)
            return new Text("No such attempts are in the access log.\n");
        var isWide = width >= Wide;
        string[] parts = isWide ? Parts : [];
        var table = Create([.. isWide ? (string[])["time"] : [], "request", "version", "answer", "total", .. parts], isWide ? 4 : 3);
        foreach (var line in lines)
        {
            table.AddRow([.. Texts(
                [
                    .. isWide ? (string[])[AttemptText.Time(line.Record.Time)] : [],
                    line.Record.RequestId.ToString(),
                    $"{VisibleText.From(line.Record.Model ?? "")} {AttemptText.Version(line)}".Trim(),
                    AttemptText.Ending(line),
                    .. Times(line, isWide),
                ])]);
        }

        return table;
    }

    private static IEnumerable<string> Times(AttemptLine line, bool withParts)
    {
        var times = line.Record.Times;
        yield return AttemptText.Milliseconds(times.Total);
        if (!withParts)
            yield break;
        yield return AttemptText.Milliseconds(times.Routing);
        yield return AttemptText.Milliseconds(times.Queue);
        yield return AttemptText.Milliseconds(times.Model);
        yield return AttemptText.Milliseconds(times.Encode);
    }

    private static string Number(int attempt) => attempt.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<Text> Texts(IEnumerable<string> texts) => texts.Select(static text => new Text(text));

    private static Table Create(IReadOnlyList<string> columns, int numbers)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var (index, column) in columns.Index())
        {
            // Numbers are close together, so that the longest endings have room in 80 columns.
            var isNumber = index >= numbers;
            var made = new TableColumn(column).NoWrap().PadRight(index == columns.Count - 1 ? 0 : isNumber ? 1 : 2);
            table.AddColumn(isNumber ? made.RightAligned() : made);
        }

        return table;
    }
}
