using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Scale;

/// <summary>How the cost of a router grows with the number of models and with the length of a journal, and that of a whole platform with
/// the models of a pool.</summary>
internal sealed record ScaleReport(
    IReadOnlyList<ChangeRow> Changes, IReadOnlyList<ScaleRow> Rows, IReadOnlyList<JournalRow> Journals, IReadOnlyList<PoolRow> Pools)
{
    internal void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumn("models");
        foreach (var column in (ReadOnlySpan<string>)
        [
            "plan KB", "stored KB", "CPU s until ready", "idle % of a core", "MB", "CPU ms a changed weight", "/metrics KB",
        ])
            table.AddColumn(column, static each => each.RightAligned());
        foreach (var row in Rows)
        {
            table.AddRow(
                Text(row.Models, "N0"),
                Text(row.PlanBytes / 1024.0, "N0"),
                Text(row.StoredBytes / 1024.0, "N0"),
                Text(row.StartSeconds, "N1"),
                Text(row.IdlePercent, "N1"),
                Text(row.MemoryMegabytes, "N0"),
                Text(row.ChangeMilliseconds, "N1"),
                Text(row.MetricsBytes / 1024.0, "N0"));
        }

        WriteAny(console, table);
        var journaled = new Table().Border(TableBorder.Markdown).AddColumn("models, with a journal");
        foreach (var column in (ReadOnlySpan<string>)["idle % of a core", "CPU ms a changed weight"])
            journaled.AddColumn(column, static each => each.RightAligned());
        foreach (var row in Rows)
            journaled.AddRow(Text(row.Models, "N0"), Text(row.JournalIdlePercent, "N1"), Text(row.JournalChangeMilliseconds, "N1"));

        WriteAny(console, journaled);
        var changes = new Table().Border(TableBorder.Markdown).AddColumn("models");
        foreach (var column in (ReadOnlySpan<string>)
                    [
            "CPU us of reading the files", "CPU us of that and a changed weight", "CPU us of the change", "KB of memory for it",
            "CPU us of the ConfigMap's value",
        ])
            changes.AddColumn(column, static each => each.RightAligned());
        foreach (var row in Changes)
        {
            changes.AddRow(
                Text(row.Models, "N0"),
                Text(row.ReadMicroseconds, "N0"),
                Text(row.ChangeMicroseconds, "N0"),
                Text(row.BeyondMicroseconds, "N0"),
                Text(row.Bytes / 1024.0, "N1"),
                Text(row.ObjectMicroseconds, "N0"));
        }

        WriteAny(console, changes);
        var journals = new Table().Border(TableBorder.Markdown).AddColumn("events of a model");
        foreach (var column in (ReadOnlySpan<string>)["database KB", "CPU s to read all", "CPU ms of a page of the history"])
            journals.AddColumn(column, static each => each.RightAligned());
        foreach (var row in Journals)
        {
            journals.AddRow(
                Text(row.Events, "N0"),
                Text(row.DatabaseBytes / 1024.0, "N0"),
                Text(row.ReadSeconds, "N2"),
                Text(row.PageMilliseconds, "N1"));
        }

        var pools = new Table().Border(TableBorder.Markdown).AddColumn("models in a pool");
        foreach (var column in (ReadOnlySpan<string>)
        [
            "processes", "CPU s until it serves", "s until it serves", "MB of all", "MB after a request to each", "p99 ms of a quiet model",
            "beside a flooded one", "ratio",
        ])
            pools.AddColumn(column, static each => each.RightAligned());
        foreach (var row in Pools)
        {
            pools.AddRow(
                Text(row.Models, "N0"),
                Text(row.Processes, "N0"),
                Text(row.StartSeconds, "N1"),
                Text(row.WallSeconds, "N1"),
                Text(row.MemoryMegabytes, "N0"),
                Text(row.UsedMegabytes, "N0"),
                Text(row.AloneMilliseconds, "N1"),
                Text(row.BesideMilliseconds, "N1"),
                Text(row.Ratio, "N1"));
        }

        WriteAny(console, journals);
        WriteAny(console, pools);
    }

    // A run may measure only one of them.
    private static void WriteAny(IAnsiConsole console, Table table)
    {
        if (table.Rows.Count == 0)
            return;
        console.Write(table);
        console.WriteLine();
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
