using System.Diagnostics;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests;

/// <summary>A browser without a window, if one is installed.</summary>
internal static class Browser
{
    internal const string Missing = "no browser is installed: sudo apt-get install -y --no-install-recommends chromium";

    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(5);

    internal static bool IsInstalled => Program is not null;

    internal static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(static folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "google-chrome")])
        .FirstOrDefault(File.Exists);

    /// <summary>Opens a page, runs its scripts, and returns the document as it is then.</summary>
    /// <param name="html">The page.</param>
    /// <param name="width">The width of the window, in pixels.</param>
    internal static async Task<string> OpenAsync(string html, int width)
    {
        using var folder = new TemporaryFolder();
        var page = folder.Combine("page.html");
        await File.WriteAllTextAsync(page, html, TestContext.Current.CancellationToken);
        using var browser = Process.Start(new ProcessStartInfo(
            Program!,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                $"--user-data-dir={folder.Combine("profile")}", $"--window-size={width},1000", "--dump-dom", "file://" + page,
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Task.WhenAll(browser.StandardOutput.ReadToEndAsync(), browser.StandardError.ReadToEndAsync());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(HangLimit);
        await browser.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!browser.HasExited)
            browser.Kill(entireProcessTree: true);
        var (document, errors) = await output is [var read, var wrong] ? (read, wrong) : ("", "");
        Assert.True(browser.ExitCode == 0 && document.Length > 0, errors);
        return document;
    }
}
