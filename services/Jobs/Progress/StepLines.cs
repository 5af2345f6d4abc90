using System.Globalization;

namespace ModelServing.Jobs.Progress;

/// <summary>Plain lines for a pipe or a log: one for each step, and one for each tenth of it.</summary>
internal sealed class StepLines(TextWriter output) : IStepProgress
{
    private string step = "";
    private long total;
    private long done;
    private long tenths;

    public void Begin(string step, long? total = null)
    {
        (this.step, this.total, done, tenths) = (step, total ?? 0, 0, 0);
        output.WriteLine(step);
    }

    public void Advance(long amount)
    {
        done += amount;
        if (total <= 0 || done * 10 / total <= tenths)
            return;
        tenths = done * 10 / total;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step}: {tenths * 10}%"));
    }
}
