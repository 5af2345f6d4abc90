using System.Text.RegularExpressions;
using ModelServing.Jobs.Export;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;
using Spectre.Console;

namespace ModelServing.Services.Tests.Jobs.Export;

public sealed partial class BarProgressTests : IDisposable
{
    private const int Columns = 80;

    private readonly TemporaryFolder folder = new();
    private readonly StringWriter screen = new();
    private readonly TextWriter shared;

    public BarProgressTests() => shared = TextWriter.Synchronized(screen);

    public void Dispose()
    {
        screen.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_export_ends_with_a_full_bar_and_the_number_of_predictions()
    {
        var store = new MemoryPredictionStore();
        store.Add(Enumerable.Range(0, 1234).Select(static i => SomeRecord.Create(i, TimeSpan.FromSeconds(i))));
        var rows = await BarProgress.ShowAsync(Terminal(), progress => new PredictionExport(store, progress).WriteAsync(
            SomeExport.Request(), folder.FullPath, folder.Combine("out.parquet"), TestContext.Current.CancellationToken));
        Assert.Equal(1234, rows);
        var last = Lines()[^1];
        Assert.Matches(@"^1,234 predictions, writing \S+ 100% ", last);
    }

    [Fact]
    public async Task The_bar_moves_with_the_minutes_that_are_read()
    {
        var half = new TaskCompletionSource();
        var shown = BarProgress.ShowAsync(Terminal(), async progress =>
        {
            progress.Begin(120);
            progress.Read(60, 5);
            await half.Task;
            return 7;
        });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Lines().Any(static line => Half().IsMatch(line)))
            await Task.Delay(20, limit.Token);
        half.SetResult();
        Assert.Equal(7, await shown);
        Assert.All(Lines(), static line => Assert.InRange(line.Length, 0, Columns));
    }

    [Fact]
    public async Task A_failure_leaves_the_terminal_and_is_the_callers()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => BarProgress.ShowAsync<int>(Terminal(), static progress =>
        {
            progress.Begin(0);
            throw new InvalidOperationException("the store is gone");
        }));
        Assert.Equal("the store is gone", failure.Message);
        // The cursor is visible again.
        Assert.EndsWith("\u001b[?25h", Written(), StringComparison.Ordinal);
    }

    private IAnsiConsole Terminal()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(shared),
        });
        console.Profile.Width = Columns;
        return console;
    }

    private string Written()
    {
        // It locks itself when it is written.
        lock (shared)
            return screen.ToString();
    }

    private List<string> Lines() =>
    [
        .. Escape().Replace(Written(), "\n").Split('\n', '\r').Select(static line => line.Trim()).Where(static line => line.Length > 0),
    ];

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();

    [GeneratedRegex(@"^5 predictions \S+\s+50% ")]
    private static partial Regex Half();
}
