using Spectre.Console;

namespace ModelServing.Jobs.Progress;

/// <summary>A progress bar for each step, on a terminal.</summary>
internal sealed class StepBars(ProgressContext context) : IStepProgress
{
    private ProgressTask? bar;

    /// <summary>Runs a job while its bars are shown; without a terminal, lines are printed instead.</summary>
    internal static async Task<T> ShowAsync<T>(Func<IStepProgress, Task<T>> body)
    {
        if (Console.IsErrorRedirected)
            return await body(new StepLines(Console.Error));
        T result = default!;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bars = new StepBars(context);
                result = await body(bars);
                bars.Finish();
            });
        return result;
    }

    public void Begin(string step, long? total = null)
    {
        Finish();
        bar = context.AddTask(Markup.Escape(step), maxValue: Math.Max(1, total ?? 1));
        bar.IsIndeterminate = total is null;
    }

    public void Advance(long amount) => bar?.Increment(amount);

    private void Finish()
    {
        if (bar is null)
            return;
        bar.IsIndeterminate = false;
        bar.Value = bar.MaxValue;
        bar.StopTask();
    }
}
