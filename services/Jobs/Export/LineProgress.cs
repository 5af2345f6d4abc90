using System.Globalization;

namespace ModelServing.Jobs.Export;

/// <summary>Plain lines for a pipe or a log: one for each tenth of the export.</summary>
internal sealed class LineProgress(TextWriter output) : IExportProgress
{
    private long total;
    private long done;
    private long tenths;

    public void Begin(long minutes) => total = minutes;

    public void Read(long minutes, long rows)
    {
        done += minutes;
        if (done * 10 / total <= tenths)
            return;
        tenths = done * 10 / total;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tenths * 10}% of the range read, {rows:N0} predictions"));
    }

    public void Write() => output.WriteLine("writing the file");
}
