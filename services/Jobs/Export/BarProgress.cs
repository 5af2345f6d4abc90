using System.Globalization;
using Spectre.Console;

namespace ModelServing.Jobs.Export;

/// <summary>A progress bar on a terminal.</summary>
internal sealed class BarProgress(ProgressTask bar) : IExportProgress
{
    /// <summary>Runs an export while its bar is shown; without a terminal, lines are printed instead.</summary>
    internal static Task<T> ShowAsync<T>(Func<IExportProgress, Task<T>> body) => Console.IsErrorRedirected
        ? body(new LineProgress(Console.Error))
        : ShowAsync(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), body);

    /// <summary>Runs an export while its bar is shown on a terminal.</summary>
    internal static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<IExportProgress, Task<T>> body)
    {
        T result = default!;
        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress => result = await body(new BarProgress(progress.AddTask("Reading predictions"))));
        return result;
    }

    public void Begin(long minutes) => bar.MaxValue = Math.Max(1, minutes);

    public void Read(long minutes, long rows)
    {
        bar.Increment(minutes);
        bar.Description = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} predictions");
    }

    public void Write()
    {
        bar.Value = bar.MaxValue;
        bar.Description += ", writing";
    }
}
